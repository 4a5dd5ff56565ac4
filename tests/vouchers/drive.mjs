import { readFileSync } from 'node:fs'
import { check, finish } from './checks.mjs'
import { driveGraph } from './graph.mjs'
import { driveIdentity } from './identity.mjs'
import { controlOf } from './lab.mjs'
import { driveValidator } from './selfcheck.mjs'
import { recordFetch } from './transcript.mjs'
import { validate } from './schemas.mjs'

const info = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const control = controlOf(info)
const transcript = recordFetch('/v1.0/')

await driveValidator()
await driveIdentity(info, control)
await driveGraph(info, control)

// All that passed between Microsoft's Graph client and the lab, against schemas made from Microsoft's description.
const problems = new Map()
const seen = new Set()
for (const exchange of transcript) {
  const { route, problems: found } = validate(exchange)
  seen.add(route)
  for (const problem of found) problems.set(`${route}: ${problem}`, exchange)
}
for (const route of [...seen].sort())
  await check(`fits Microsoft's schema: ${route}`, () => {
    const own = [...problems.keys()].filter((text) => text.startsWith(route + ': '))
    if (own.length) throw own.slice(0, 8).join('\n')
  })
finish()
