import { readFileSync } from 'node:fs'
import { check, finish } from './checks.mjs'
import { checkSoap, driveEws, driveSoapValidator } from './ews.mjs'
import { driveGraph } from './graph.mjs'
import { driveIdentity } from './identity.mjs'
import { controlOf } from './lab.mjs'
import { driveValidator } from './selfcheck.mjs'
import { readTranscripts, recordedFiles, recordFetch } from './transcript.mjs'
import { validate } from './schemas.mjs'

const info = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const control = controlOf(info)
const transcript = recordFetch('/v1.0/')

await driveValidator()
await driveSoapValidator()
await driveIdentity(info, control)
await driveGraph(info, control)
await driveEws(info, control)

// All that passed between a client and the lab, against schemas made from Microsoft's description.
async function checkExchanges(whose, exchanges) {
  const problems = new Map()
  const routes = new Map()
  for await (const exchange of exchanges) {
    const { route, problems: found } = validate(exchange)
    routes.set(route, (routes.get(route) ?? 0) + 1)
    for (const problem of found) problems.set(`${route}: ${problem}`, exchange)
  }
  for (const route of [...routes.keys()].sort())
    await check(`${whose} fits Microsoft's schema: ${route} (${routes.get(route)})`, () => {
      const own = [...problems.keys()].filter((text) => text.startsWith(route + ': '))
      if (own.length) throw own.slice(0, 8).join('\n')
    })
}

await checkExchanges("Microsoft's client", transcript)
const ours = recordedFiles()
if (ours.length) await checkExchanges('our client', readTranscripts(ours))
await checkSoap()
finish()
