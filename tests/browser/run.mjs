// Runs the tests one after another: each begins where its title says, on a server that all of them share.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openWindow, signIn, startBrowser } from './browser.mjs'
import { Contract } from './contract.mjs'
import { results, setStage, top } from './stage.mjs'
import { accountTests } from './accounts.mjs'
import { activityTests } from './activities.mjs'
import { emailConfigurationTests } from './email-configuration.mjs'
import { emailTests } from './emails.mjs'
import { lookTests } from './looks.mjs'
import { ownSignInTests } from './own-sign-in.mjs'
import { panelTests } from './panel.mjs'
import { peopleTests } from './people.mjs'
import { sessionTests } from './session.mjs'
import { syncTests } from './sync.mjs'
import { decisionTests } from './decisions.mjs'
import { trustTests } from './trust.mjs'

const MOST_MS = 60_000
const wanted = process.argv.slice(2)
const tests = []
// Each adds { name, run(page, world) }; signedIn: false for those that begin at the sign-in page.
for (const add of [sessionTests, peopleTests, emailTests, activityTests, syncTests, ownSignInTests, trustTests, decisionTests, accountTests, panelTests, emailConfigurationTests, lookTests])
  add((name, run, { signedIn = true, most = MOST_MS } = {}) => tests.push({ name, run, signedIn, most }))

let passed = 0, failed = 0, skipped = 0
const began = Date.now()
function told(ok, name, detail = '', ms = 0) {
  ok ? ++passed : ++failed
  console.log(`  ${ok ? 'ok    ' : 'FAILED'} ${name}${ms ? ` (${(ms / 1000).toFixed(1)} s)` : ''}${detail ? `\n         ${detail.replace(/\n/g, '\n         ')}` : ''}`)
}

async function runOne(test, browser, world) {
  const start = Date.now()
  const window = await openWindow(browser, world.url, world.contract, test.signedIn ? world.session : undefined)
  try {
    let late
    await Promise.race([
      (async () => {
        await test.run(window.page, { ...world, window })
      })(),
      new Promise((_, refuse) => { late = setTimeout(() => refuse(new Error(`not done after ${test.most / 1000} s`)), test.most) }),
    ]).finally(() => clearTimeout(late))
    if (window.errors.length) throw new Error(`the page met errors:\n${[...new Set(window.errors)].slice(0, 8).join('\n')}`)
    told(true, test.name, '', Date.now() - start)
  } catch (error) {
    const shot = join(results, `failed-${test.name.replace(/[^a-z0-9]+/gi, '-')}.png`)
    await window.page.screenshot({ path: shot }).catch(() => {})
    told(false, test.name, `${error.message.slice(0, 2500)}\nseen then: ${shot}`, Date.now() - start)
  }
  await window.context.unrouteAll({ behavior: 'ignoreErrors' })
  await window.context.close()
}

mkdirSync(results, { recursive: true })
let stage, browser, asked
try {
  const contract = new Contract(join(top, 'src/admin/openapi.yaml'))
    ;[stage, { browser, asked }] = await Promise.all([setStage(), startBrowser()])
  console.log(`  the stage stands after ${((Date.now() - began) / 1000).toFixed(1)} s: ${stage.url}`)
  const world = { ...stage, browser, contract, asked }
  const first = await openWindow(browser, stage.url, contract)
  await signIn(first.page, stage.users.anna)
  world.session = await first.context.storageState()
  await first.context.close()
  for (const test of tests) {
    if (wanted.length && !wanted.some((part) => test.name.includes(part))) ++skipped
    else await runOne(test, browser, world)
  }
  const faults = [...contract.faults].map(([text, times]) => `${text}${times > 1 ? ` (${times} times)` : ''}`)
  told(faults.length === 0 && contract.answers > 0 && contract.events > 0,
    `${contract.answers} answers of ${contract.operations.size} operations and ${contract.events} live messages are as openapi.yaml says`,
    contract.events === 0 ? [...faults, 'no live message came'].join('\n') : faults.join('\n'))
} catch (error) {
  told(false, 'the stage', error.stack ?? String(error))
}
await browser?.close()
const codes = await Promise.race([stage?.stop() ?? [], sleep(20_000).then(() => ['still running after 20 s'])])
if (codes.some((code) => code !== 0)) told(false, 'server and lab end in order', `ended with ${codes.join(', ')}`)
console.log(`  ${((Date.now() - began) / 1000).toFixed(1)} s in all`)
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
process.exit(failed ? 1 : 0)
