// node validate.mjs TRANSCRIPT…: JSON lines of {method, url, request, status, response}, each checked against the
// schemas made from Microsoft's description of Graph. Ends with "N passed, N failed, N skipped"; an exchange that no
// schema covers (uploads, $value, 404 for an unknown path) is skipped.
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { validate } from './schemas.mjs'

let passed = 0
let failed = 0
let skipped = 0
const told = new Map()
for (const file of process.argv.slice(2)) {
  let line = 0
  for await (const text of createInterface({ input: createReadStream(file) })) {
    line++
    if (!text.trim()) continue
    const { route, covered, problems } = validate(JSON.parse(text))
    if (problems.length) {
      failed++
      for (const problem of problems) {
        const what = `${route}: ${problem}`
        if (!told.has(what)) told.set(what, `${file}:${line}`)
      }
    } else if (covered) {
      passed++
    } else {
      skipped++
    }
  }
}
for (const [what, where] of told) console.log(`FAILED  ${what}\n        first at ${where}`)
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
process.exit(failed || passed === 0 ? 1 : 0)
