// kill -9 of the server at ten moments of the first sync, evenly spread over what it has to do: each time it is started
// again and goes on. At the end both sides are equal by the independent comparer, and nothing is there twice. Shows F12, F60, F85.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Stage } from './stage.mjs'
import { seedCrm } from './seed.mjs'

const KILLS = 10
const SIZE = { mailboxes: 3, emails: 3200, people: 300, tasks: 100, meetings: 200 }

// Requests that a whole first sync makes of the vendor, measured on an undisturbed one; what a pass has done is told by
// how many it has made.
async function requestsOfWhole() {
  const stage = await Stage.open(SIZE)
  try {
    await stage.seed(seedCrm)
    await stage.connect()
    await stage.product.must(['sync', '--once'])
    return (await stage.lab.lab.counters()).requests
  } finally {
    await stage.close()
  }
}

// Kills the server as soon as the lab has answered `target` requests. → how many it had answered
async function killAt(stage, target) {
  const server = await stage.serve()
  let ended = false
  server.ended.then(() => { ended = true })
  for (;;) {
    const { requests } = await stage.lab.lab.counters()
    if (requests >= target) {
      await server.kill()
      return requests
    }
    if (ended) throw new Error(`the server ended by itself after ${requests} requests; see ${stage.folder}/server.log`)
    await sleep(5)
  }
}

const whole = await requestsOfWhole()
console.log(`An undisturbed first sync makes ${whole} requests.`)
const stage = await Stage.open(SIZE)
let good = false
try {
  await stage.seed(seedCrm)
  await stage.connect()
  const killed = []
  for (let i = 1; i <= KILLS; ++i) killed.push(await killAt(stage, Math.floor((whole * i) / (KILLS + 1))))
  console.log(`Killed after ${killed.join(', ')} requests.`)
  for (let pass = 0; pass < 3; ++pass) await stage.product.must(['sync', '--once'])
  const before = await stage.lab.lab.counters()
  await stage.product.must(['sync', '--once'])
  const after = await stage.lab.lab.counters()
  const verdict = await stage.compare()
  for (const difference of verdict.differences.slice(0, 20)) console.log(`  DIFFERENT: ${JSON.stringify(difference)}`)
  console.log(`Compared: ${JSON.stringify(verdict.compared)}, left out: ${JSON.stringify(verdict.explained)}, ` +
    `${after.writes - before.writes} writes of one pass more, ${after.outside_mails} mails to outsiders`)
  if (!verdict.agree) writeFileSync(join(stage.folder, 'both-sides.json'), JSON.stringify(verdict.both))
  good = verdict.agree && after.writes === before.writes && after.outside_mails === 0
  if (!good) console.log(`FAILED: what is left is in ${stage.folder}`)
} catch (error) {
  console.log(`FAILED: ${error.stack}`)
} finally {
  await stage.close(!good)
}
console.log(`${good ? 1 : 0} passed, ${good ? 0 : 1} failed, 0 skipped`)
process.exit(good ? 0 : 1)
