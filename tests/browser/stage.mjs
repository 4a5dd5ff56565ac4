// The lab and the server with a small tenant: what the tests act on.
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Crm } from '../compare/crm.mjs'
import { startLab } from '../demo/lab.mjs'
import { Product, writeSettings } from '../demo/product.mjs'
import { seedCrm } from '../demo/seed.mjs'

export { Product, startLab, writeSettings }
export const top = resolve(new URL('../..', import.meta.url).pathname)
export const results = join(top, 'build/test-results/browser')
const PASSWORD = 'a password for tests only'

// A host for each trick, so that one sees which worked.
export const TRACKER = 'tracker.example'
// What a hostile sender tries: every way to run a script or to learn that he was read.
const HOSTILE = `<html><head><style>@import url("https://import.${TRACKER}/x"); .x { background: url("https://style.${TRACKER}/x") }</style>
<link rel="stylesheet" href="https://link.${TRACKER}/x"><link rel="prefetch" href="https://prefetch.${TRACKER}/x"><base href="https://base.${TRACKER}/">
<meta http-equiv="refresh" content="0;url=https://refresh.${TRACKER}/x"></head>
<body onload="console.log('SCRIPT-RAN onload')" background="https://background.${TRACKER}/x"><p>Dear Anna, the new terms are below.</p>
<script>console.log('SCRIPT-RAN script'); fetch('https://script.${TRACKER}/x')</script>
<img src="https://pixel.${TRACKER}/x" alt="Our logo"><img src="x" onerror="console.log('SCRIPT-RAN onerror')">
<svg onload="console.log('SCRIPT-RAN svg')"><animate onbegin="console.log('SCRIPT-RAN begin')" attributeName="x" dur="1s"/></svg>
<iframe src="https://frame.${TRACKER}/x" srcdoc="<script>console.log('SCRIPT-RAN frame')</script>"></iframe>
<object data="https://object.${TRACKER}/x"></object><embed src="https://embed.${TRACKER}/x"><video src="https://video.${TRACKER}/x" autoplay poster="https://poster.${TRACKER}/x"></video>
<form action="https://form.${TRACKER}/x"><input name="password" autofocus onfocus="console.log('SCRIPT-RAN focus')"><button>Sign in again</button></form>
<a href="javascript:console.log('SCRIPT-RAN link')">Open the terms</a>
<div style="background-image:url('https://inline.${TRACKER}/x')" class="x">Terms</div>
<math><mtext><table><mglyph><style><img src=x onerror="console.log('SCRIPT-RAN math')"></style></mglyph></table></mtext></math>
</body></html>`

function mails() {
  const out = [{ subject: 'New terms', body: { contentType: 'html', content: HOSTILE }, marked: true, who: ['Mallory Hext', 'mallory@trader.example'] }]
  const topics = ['Offer for the harbour crane', 'Delivery on Thursday', 'Question about invoice 4711', 'Minutes of the meeting', 'Samples have arrived',
    'Thank you for your visit']
  topics.forEach((subject, i) => out.push({ subject, marked: true, who: [`Sender ${i}`, `sender${i}@ruritania.example`],
    body: { contentType: i % 2 ? 'html' : 'text', content: i % 2 ? `<p>About <b>${subject}</b>.</p>` : `About ${subject}.\nhttps://www.ruritania.example/terms` } }))
  out.push({ subject: 'Not yet for the CRM', marked: false, who: ['Late Marker', 'late@ruritania.example'], body: { contentType: 'text', content: 'Soon.' } })
  return out
}

async function deliver(lab, owner) {
  const out = {}
  for (const { subject, body, marked, who: [name, address] } of mails()) {
    const item = await lab.call('POST', `/items?kind=email&mailbox=${owner}`, {
      subject, body, from: { emailAddress: { name, address } }, toRecipients: [{ emailAddress: { name: 'Anna Berg', address: owner } }] })
    if (marked) await lab.setCategory(item.id, 'CRM')
    out[subject] = item.id
  }
  return out
}

export function folderOfBinaries() {
  const folders = process.env.MAILSYNC_BIN_DIR ? [resolve(process.env.MAILSYNC_BIN_DIR)] : [join(top, 'build/release/bin'), join(top, 'build/test/bin')]
  const found = folders.find((folder) => existsSync(join(folder, 'mailsync')) && existsSync(join(folder, 'mailsync-lab')))
  if (!found) throw new Error(`mailsync and mailsync-lab are not in ${folders.join(' or ')}: build them with ./dev build.`)
  return found
}

// → { url, lab, users, mails, as, stop }: the server runs, the first sync is done.
export async function setStage() {
  const bin = folderOfBinaries()
  const folder = join(results, 'stage')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(join(folder, 'data'), { recursive: true })
  const lab = await startLab(join(bin, 'mailsync-lab'), '', folder,
    { size: { mailboxes: 2, emails: 0, people: 16, tasks: 10, meetings: 10 }, more: [] })
  const running = [lab]
  const stop = async () => {
    const codes = []
    while (running.length) codes.push(await running.pop().stop())
    return codes
  }
  try {
    const [anna] = lab.info.mailboxes
    const sent = await deliver(lab.lab, anna)
    const settings = writeSettings(folder, lab.info, { listen: '127.0.0.1:0', webDir: join(top, 'web/dist') })
    const product = new Product(join(bin, 'mailsync'), settings)
    await product.must(['master-key', join(folder, 'master.key')])
    const users = { anna: { login: anna, name: 'Anna Berg' }, admin: { login: 'admin@contoso.example', name: 'Administrator', admin: true } }
    for (const user of Object.values(users)) {
      user.password = PASSWORD
      await product.addUser(user.login, user.name, user.password, user.admin)
    }
    for (const address of lab.info.mailboxes.slice(0, 1)) await product.must(['mailbox', 'add', address])
    await product.must(['sync', '--once'])
    const server = await product.serve(join(folder, 'server.log'))
    running.push(server)
    const as = (user) => Crm.signIn(server.url, user.login, user.password)
    await seedCrm([await as(users.anna)], Date.now(), { contact: 20, task: 4, meeting: 4 })
    return { url: server.url, lab: lab.lab, users, mails: sent, as, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
