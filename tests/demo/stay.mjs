// ./dev demo as a new user meets it: it stays, the mailboxes are acted on with ./dev lab, what is done arrives on the
// other side within seconds, a second demo is refused in words, and Ctrl-C leaves nothing behind, at whatever moment.
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Crm } from '../compare/crm.mjs'
import { until } from './edits.mjs'

const top = resolve(new URL('../..', import.meta.url).pathname)
const folder = join(top, 'build/demo/test-stay')
const env = { ...process.env, MAILSYNC_DEMO_DIR: folder }
const PATIENCE = 20_000

// ./dev ARGUMENTS to its end. → { code, out, err }
function dev(...args) {
  return new Promise((done) => execFile(join(top, 'dev'), args, { env, maxBuffer: 1 << 28 },
    (error, out, err) => done({ code: error ? error.code : 0, out, err })))
}

async function lab(...args) {
  const { code, out, err } = await dev('lab', ...args, '--json')
  assert.equal(code, 0, `./dev lab ${args.join(' ')}: ${err}`)
  return JSON.parse(out)
}

// Processes that were started in the demo's folder: every one has its path in its command line.
async function left() {
  const { out } = await new Promise((done) => execFile('ps', ['-eo', 'pid=,args='], { maxBuffer: 1 << 26 }, (_, out) => done({ out })))
  return out.split('\n').filter((line) => line.includes(folder) && /mailsync/.test(line))
}

function start() {
  const child = spawn(join(top, 'dev'), ['demo', '--port', '0'], { env, cwd: top, stdio: ['ignore', 'pipe', 'pipe'] })
  const demo = { child, said: '' }
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => { demo.said += text })
  demo.ended = new Promise((done) => child.once('exit', (code, signal) => done(signal ?? code)))
  demo.heard = (words) => Promise.race([
    until(`"${words}" from ./dev demo`, () => demo.said.includes(words), 300_000),
    demo.ended.then((code) => assert.fail(`./dev demo ended (${code}) before it said "${words}":\n${demo.said}`)),
  ])
  demo.interrupt = async () => {
    child.kill('SIGINT')
    const code = await demo.ended
    assert.deepEqual(await left(), [], 'processes are left behind')
    assert(!existsSync(join(folder, 'demo.json')), 'demo.json is left behind')
    return code
  }
  return demo
}

let passed = 0
const failed = []
async function test(name, work) {
  const began = Date.now()
  try {
    await work()
    passed++
    console.log(`ok ${name} (${((Date.now() - began) / 1000).toFixed(1)} s)`)
  } catch (error) {
    failed.push(name)
    console.log(`FAILED ${name}: ${error.stack}`)
  }
}

// What a person types and what he sees, with the CRM as `crm`.
async function act(crm, mailbox) {
  const arrives = async (what, look) => {
    const began = Date.now()
    await until(what, look, PATIENCE)
    console.log(`   ${what}: after ${((Date.now() - began) / 1000).toFixed(1)} s`)
  }
  const pick = async (kind, ...more) => (await lab('list', '--kind', kind, '--mailbox', mailbox, ...more, '--limit', '200')).items
  const alone = (items) => items.find((item) => items.filter((each) => each.title === item.title).length === 1)

  // Side by side, as in life: each waits for passes that come every five seconds.
  await Promise.all([
    test('an email that is categorised is in the CRM within seconds', async () => {
      const known = new Set((await crm.list('email', {})).map((email) => email.subject))
      const mail = (await pick('email', '--without-category', 'CRM')).find((item) => item.container === 'Inbox' && item.title && !known.has(item.title))
      const { code, out } = await dev('lab', 'set-category', mail.id, 'CRM')
      assert.equal(code, 0)
      assert.equal(out.trim(), `"${mail.title}" is in the category CRM.`)
      await arrives('the email in the CRM', async () =>
        (await crm.list('email', { q: mail.title.slice(0, 60) })).some((email) => email.subject === mail.title))
    }),
    test('a phone goes from the CRM to the mailbox, and another one back', async () => {
      const contact = alone(await pick('contact', '--container', 'CRM'))
      const [head] = await crm.list('contact', { q: contact.title })
      await crm.change('contact', await crm.record('contact', head.id), { mobile_phone: '+44 7700 900001' })
      await arrives('the phone in the mailbox', async () => (await lab('show', contact.id)).mobilePhone === '+44 7700 900001')
      await lab('edit', contact.id, 'mobilePhone=+44 7700 900002')
      await arrives('the other phone in the CRM', async () => (await crm.record('contact', head.id)).mobile_phone === '+44 7700 900002')
    }),
    test('a task is done in the mailbox, renamed in the CRM, deleted in the mailbox', async () => {
      const task = alone((await pick('task', '--category', 'CRM')).filter((item) => item.status === 'notStarted' && item.title.includes('(')))
      const [head] = await crm.list('task', { q: task.title })
      await lab('edit', task.id, 'status=completed')
      await arrives('the task done in the CRM', async () => (await crm.record('task', head.id)).status === 'completed')
      await crm.change('task', await crm.record('task', head.id), { subject: 'Renamed in the CRM' })
      await arrives('the new name in the mailbox', async () => (await lab('show', task.id)).title === 'Renamed in the CRM')
      await lab('delete', task.id)
      await arrives('the task gone from the CRM', async () => !(await crm.list('task', { q: 'Renamed in the CRM' })).length)
    }),
    test('a meeting gets another room in the mailbox and another subject in the CRM', async () => {
      const meeting = alone((await pick('meeting', '--category', 'CRM')).filter((item) => !item.attendees.length && / with Achterberg$/.test(item.title)))
      const [head] = await crm.list('meeting', { q: meeting.title })
      await lab('edit', meeting.id, 'location.displayName=Room 99')
      await arrives('the room in the CRM', async () => (await crm.record('meeting', head.id)).location === 'Room 99')
      await crm.change('meeting', await crm.record('meeting', head.id), { subject: 'Another subject' })
      await arrives('the subject in the mailbox', async () => (await lab('show', meeting.id)).subject === 'Another subject')
    }),
  ])
}

async function refusals() {
  await test('wrong commands are refused in words', async () => {
    for (const [args, words] of [
      [[], /list/], [['lst'], /no command 'lst'/], [['show'], /id is required/], [['show', 'nothing'], /no item "nothing"/],
      [['list', '--kind', 'mails'], /email, contact, task and meeting/], [['list', '--mailbox', 'nobody@x'], /anna@contoso\.example/],
      [['list', '--limit', '-3'], /--limit/], [['set-category', 'x'], /category is required/], [['edit', 'x', 'y'], /not field=value/],
    ]) {
      const { code, out, err } = await dev('lab', ...args)
      assert(code === 1 || code === 2, `./dev lab ${args.join(' ')} ended with ${code}`)
      assert.match(err, words)
      assert.equal(out, '')
    }
  })
  await test('a second demo in the same place is refused, and the first goes on', async () => {
    const { code, err } = await dev('demo', '--port', '0')
    assert.equal(code, 2)
    assert.match(err, /a demo runs here already/)
    const demo = JSON.parse(readFileSync(join(folder, 'demo.json'), 'utf8'))
    const { code: taken, err: why } = await new Promise((done) => execFile(join(top, 'dev'), ['demo', '--port', new URL(demo.url).port],
      { env: { ...env, MAILSYNC_DEMO_DIR: join(folder, 'second') } }, (error, out, err) => done({ code: error?.code, err })))
    assert.equal(taken, 2)
    assert.match(why, /is taken by another program/)
    assert.equal((await fetch(`${demo.url}/healthz`)).status, 200)
  })
}

rmSync(folder, { recursive: true, force: true })
let demo = start()
try {
  await demo.heard('Ctrl-C stops everything.')
  const { url, users, mailboxes } = JSON.parse(readFileSync(join(folder, 'demo.json'), 'utf8'))
  for (const words of [url, users[0].login, users[0].password, 'to the mailboxes', 'skipped, and why']) assert(demo.said.includes(words), words)
  await act(await Crm.signIn(url, users[0].login, users[0].password), mailboxes[0])
  await refusals()
  await test('Ctrl-C ends everything', async () => assert.equal(await demo.interrupt(), 0))
  await test('Ctrl-C in the middle of the first sync ends everything too, and the next demo begins at once', async () => {
    demo = start()
    await demo.heard('First sync')
    assert.equal(await demo.interrupt(), 0)
  })
  await test('what a killed demo left behind is stopped by the next one', async () => {
    demo = start()
    await demo.heard('The CRM has')
    demo.child.kill('SIGKILL')
    await demo.ended
    assert.notDeepEqual(await left(), [])
    demo = start()
    await demo.heard('is stopped now')
    await demo.heard('Starting the lab')
    await demo.interrupt()
  })
} catch (error) {
  failed.push('demo')
  console.log(`FAILED: ${error.stack}\n${demo.said}`)
  demo.child.kill('SIGINT')
  await demo.ended
}
if (!failed.length) rmSync(folder, { recursive: true, force: true })
console.log(`${passed} passed, ${failed.length} failed, 0 skipped`)
process.exit(failed.length ? 1 : 0)
