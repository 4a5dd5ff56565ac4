// ./dev demo --once, after the first sync: a second pass that must write nothing, one edit of each kind on each side, and
// the comparer's word. The last line is one JSON object.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readBoth } from '../compare/compare.mjs'
import { Crm } from '../compare/crm.mjs'
import { judge, openReviews } from '../compare/judge.mjs'
import { edits, until } from './edits.mjs'
import { KINDS, sumCounts, writesIn } from './report.mjs'
import { changedRows, readRows } from './rows.mjs'

const FLOORS = { to_crm: { email: 1500, contact: 150, task: 50, meeting: 100 }, to_mailbox: { contact: 50, task: 20, meeting: 20 } }

// A pass over every mailbox where nothing changed. → writes: at the vendor, in rows, as the product counts
async function secondPass({ product, lab, folder }) {
  const file = join(folder, 'data/mailsync.db')
  const rows = await readRows(file), before = await lab.lab.counters()
  const { mailboxes } = await product.json(['sync', '--once'])
  const after = await lab.lab.counters()
  const changed = rows ? changedRows(rows, await readRows(file)) : {}
  const told = writesIn(sumCounts(mailboxes.map((mailbox) => mailbox.counts)))
  const writes = after.writes - before.writes + told + Object.values(changed).reduce((sum, each) => sum + each, 0)
  console.log(`Second pass: ${after.requests - before.requests} requests, ${after.writes - before.writes} writes at the vendor, ` +
    `${rows ? JSON.stringify(changed) : 'not counted'} rows changed`)
  return writes
}

// How often each record has been written.
function versions(crm) {
  return new Map(KINDS.flatMap((kind) => crm[kind].map((record) => [`${kind} ${record.id}`, record.version])))
}

// Waits until every mailbox has had two more passes to its end.
async function quiet(admin) {
  const ends = async () => (await admin.get('/api/v1/mailboxes')).items.map((mailbox) => mailbox.last_pass?.finished_at ?? '')
  for (let pass = 0; pass < 2; ++pass) {
    const before = await ends()
    await until('another pass of every mailbox', async () => (await ends()).every((end, i) => end && end !== before[i]), 60_000)
  }
}

async function editBothSides({ lab, users, server, mailboxes }, admin, dumps) {
  const clients = Object.fromEntries(await Promise.all(users.filter((user) => !user.admin)
    .map(async (user) => [user.login, await Crm.signIn(server.url, user.login, user.password)])))
  const list = edits({ dumps, lab: lab.lab, mailboxes, crmOf: (address) => clients[address] })
  const before = await lab.lab.counters(), records = versions(dumps.crm)
  let own = 0
  const failed = []
  for (const edit of list) {
    const began = Date.now()
    try {
      await edit.run()
      console.log(`  ${edit.name}: seen on the other side after ${((Date.now() - began) / 1000).toFixed(1)} s`)
    } catch (error) {
      failed.push(edit)
      console.log(`  ${edit.name}: ${error.message}`)
    }
    if (edit.way === 'to_mailbox' && edit.kind !== 'email') own++
  }
  await quiet(admin)
  const after = await lab.lab.counters(), now = await readBoth(lab.lab, admin)
  // Sending takes a draft and the order to send it: together they are one email.
  const mails = after.mails - before.mails
  let inCrm = -own
  for (const [key, version] of versions(now.crm)) inCrm += version - (records.get(key) ?? 0)
  const atVendor = after.writes - before.writes - mails
  const wanted = { mailbox: list.filter((edit) => edit.way === 'to_mailbox').length, crm: list.filter((edit) => edit.way === 'to_crm').length }
  console.log(`  ${list.length} edits: ${atVendor} writes in the mailboxes (${wanted.mailbox} wanted), ${inCrm} in the CRM (${wanted.crm} wanted)`)
  return { edits: list.length, edit_writes: atVendor + inCrm, exact: !failed.length && atVendor === wanted.mailbox && inCrm === wanted.crm, dumps: now }
}

function belowFloors(counts) {
  const out = []
  for (const [way, floors] of Object.entries(FLOORS))
    for (const [kind, floor] of Object.entries(floors)) {
      const made = counts[kind][way]
      const number = made.created + (way === 'to_crm' ? made.linked : 0)
      if (number < floor) out.push(`${kind}s ${way}: ${number}, at least ${floor} wanted`)
    }
  return out
}

function tell(verdict) {
  for (const difference of verdict.differences.slice(0, 20)) console.log(`  DIFFERENT: ${JSON.stringify(difference)}`)
  console.log(`Both sides compared by content: ${JSON.stringify(verdict.compared)} equal but for ${verdict.differences.length}; ` +
    `left out with a reason: ${JSON.stringify(verdict.explained)}`)
}

// → whether everything held
export async function once(stage) {
  const reported = Object.fromEntries(KINDS.map((kind) => [kind, stage.counts[kind].skipped]))
  const second = await secondPass(stage)
  const server = await stage.serve()
  const login = stage.users.find((user) => user.admin)
  const admin = await Crm.signIn(server.url, login.login, login.password)
  console.log('Comparing both sides …')
  const first = await readBoth(stage.lab.lab, admin)
  if (reported.contact.review) reported.contact.review = openReviews(first.issues)
  const before = judge({ ...first, reported })
  tell(before)
  console.log('One edit of each kind on each side:')
  const mailboxes = stage.lab.info.mailboxes
  const edited = await editBothSides({ ...stage, server, mailboxes }, admin, first)
  const verdict = judge({ ...edited.dumps, reported })
  tell(verdict)
  if (!verdict.agree || !before.agree) writeFileSync(join(stage.folder, 'both-sides.json'), JSON.stringify(before.agree ? edited.dumps : first))
  const counters = await stage.lab.lab.counters()
  const floors = belowFloors(stage.counts)
  floors.forEach((each) => console.log(`  TOO FEW: ${each}`))
  const agree = before.agree && verdict.agree
  const line = Object.fromEntries(KINDS.map((kind) => {
    const c = stage.counts[kind]
    return [kind, { to_crm: c.to_crm.created + c.to_crm.linked, to_mailbox: c.to_mailbox.created, skipped: c.skipped }]
  }))
  const good = agree && second === 0 && edited.exact && edited.edit_writes === edited.edits && counters.outside_mails === 0 && !floors.length
  await stage.close()
  console.log(JSON.stringify({ ...line, agree, second_pass_writes: second, edits: edited.edits, edit_writes: edited.edit_writes,
    vendor_requests: counters.requests, outside_mails: counters.outside_mails, seconds: Math.round((Date.now() - stage.began) / 100) / 10 }))
  return good
}
