// A lab and a server for one test alone, where the common stage would not do.
import { mkdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { Crm } from '../compare/crm.mjs'
import { folderOfBinaries, Product, results, startLab, top, writeSettings } from './stage.mjs'

const PASSWORD = 'a password for tests only'
const NAMES = ['Anna Berg', 'Ben Osei']

async function freePort() {
  const probe = createServer()
  await new Promise((done) => probe.listen(0, '127.0.0.1', done))
  const { port } = probe.address()
  await new Promise((done) => probe.close(done))
  return port
}

// → { lab, product, users: { anna, ben }, url, server, as, serve, stop }. `changed(url)`: settings beside the usual ones;
// `more(url)`: arguments of the lab; `before(lab, users)`: what is done before the mailbox is added.
export async function setOwnStage(name, { host = '127.0.0.1', size, changed = () => ({}), more = () => [], before = async () => {} } = {}) {
  const bin = folderOfBinaries()
  const folder = join(results, name)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(join(folder, 'data'), { recursive: true })
  const port = await freePort()
  const url = `http://${host}:${port}`
  const running = await startLab(join(bin, 'mailsync-lab'), '', folder,
    { size: { mailboxes: 2, emails: 0, people: 3, tasks: 2, meetings: 2, ...size }, more: more(url) })
  const stage = { lab: running.lab, info: running.info, url, users: {}, server: null }
  stage.stop = async () => [await stage.server?.stop(), await running.stop()]
  try {
    const settings = writeSettings(folder, running.info, { listen: `127.0.0.1:${port}`, webDir: join(top, 'web/dist'), changed: changed(url) })
    const product = new Product(join(bin, 'mailsync'), settings)
    stage.product = product
    await product.must(['master-key', join(folder, 'master.key')])
    running.info.mailboxes.forEach((login, i) => {
      stage.users[NAMES[i].split(' ')[0].toLowerCase()] = { login, name: NAMES[i], password: PASSWORD }
    })
    for (const user of Object.values(stage.users)) await product.addUser(user.login, user.name, user.password)
    await before(stage.lab, stage.users)
    await product.must(['mailbox', 'add', stage.users.anna.login])
    stage.serve = async () => { stage.server = await product.serve(join(folder, 'server.log')) }
    stage.as = (user) => Crm.signIn(url, user.login, user.password)
    await stage.serve()
    return stage
  } catch (error) {
    await stage.stop()
    throw error
  }
}

const email = (lab, owner, subject) => lab.call('POST', `/items?kind=email&mailbox=${owner}`, {
  subject, body: { contentType: 'text', content: 'Hello.' }, from: { emailAddress: { name: 'Carl Outside', address: 'carl@ruritania.example' } },
  toRecipients: [{ emailAddress: { name: 'Anna Berg', address: owner } }] })

// An email that its owner marked for the CRM.
export async function marked(lab, owner, subject) {
  const { id } = await email(lab, owner, subject)
  await lab.setCategory(id, 'CRM')
}
