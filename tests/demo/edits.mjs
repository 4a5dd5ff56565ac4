// One edit of each kind on each side, as a person would make it, and how it is seen to have arrived on the other.
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { labContact, labMeeting, labTask, same } from '../compare/form.mjs'

const PATIENCE = 90_000

export async function until(what, look, patience = PATIENCE) {
  const end = Date.now() + patience
  for (;;) {
    const seen = await look()
    if (seen) return seen
    if (Date.now() > end) throw new Error(`${what}: not seen after ${patience / 1000} s`)
    await sleep(250)
  }
}

const marked = (item) => (item.categories ?? []).includes('CRM')
const synced = (item) => !['drafts', 'junkemail', 'deleteditems'].includes(item.container?.well_known)

// An item of the mailbox and its record that stand alone: nobody else's copy answers to the same edit.
function alone(kind, { lab, crm }, mailbox, keyOfItem, keyOfRecord, also = () => true) {
  const items = Object.values(lab).flatMap((kinds) => kinds[kind]).filter(marked)
  for (const item of lab[mailbox][kind]) {
    if (!marked(item) || !also(item)) continue
    const key = keyOfItem(item)
    const records = crm[kind].filter((record) => keyOfRecord(record) === key && record.owner?.email === mailbox)
    if (records.length === 1 && items.filter((each) => keyOfItem(each) === key).length === 1) return { item, record: records[0] }
  }
  throw new Error(`no ${kind} of ${mailbox} to edit`)
}

const contactKey = (item) => item.emailAddresses.map((each) => each.address.toLowerCase()).join()
const personKey = (record) => record.emails.join()
const taskKey = (item) => item.title
const meetingKey = (item) => item.subject
const subject = (record) => record.subject
const soloMeeting = (item) => !item.recurrence && !item.isAllDay && !(item.attendees ?? []).length && item.sensitivity === 'normal'

// Each: { kind, way, name, run() } where run makes the edit and returns when it has arrived.
export function edits({ dumps, lab, crmOf, mailboxes }) {
  const [anna, ben] = mailboxes
  const list = []
  const add = (kind, way, name, run) => list.push({ kind, way, name, run })

  add('email', 'to_crm', 'an email is given the category', async () => {
    const known = new Set(dumps.crm.email.map((record) => record.message_id))
    const item = dumps.lab[anna].email.find((each) => !marked(each) && synced(each) && each.internetMessageId &&
      !known.has(each.internetMessageId.replace(/^<|>$/g, '')))
    await lab.setCategory(item.id, 'CRM')
    const id = item.internetMessageId.replace(/^<|>$/g, '')
    await until('the categorised email in the CRM', async () => {
      const { items } = await crmOf(anna).get('/api/v1/emails?sort=-changed_at&limit=20'.replace('sort=-changed_at&', ''))
      for (const head of [...items, ...await crmOf(anna).list('email', { q: (item.subject ?? '').slice(0, 60) })])
        if ((await crmOf(anna).record('email', head.id)).message_id === id) return true
      return false
    })
  })
  add('email', 'to_mailbox', 'an email is sent from the CRM', async () => {
    const crm = crmOf(anna)
    const [mailbox] = (await crm.get('/api/v1/mailboxes')).items
    const title = `Sent from the CRM ${randomUUID().slice(0, 8)}`
    const queued = await crm.post('/api/v1/emails/outbox', { client_id: randomUUID(), mailbox_id: mailbox.id, subject: title,
      to: [{ address: ben, name: 'Ben Osei' }], html: '<p>Hello Ben.</p>' })
    await until('the email sent from the CRM', async () => {
      const now = await crm.get(`/api/v1/emails/outbox/${queued.id}`)
      if (now.state === 'failed') throw new Error(`the email was not sent: ${now.error}`)
      return now.state === 'sent'
    })
    const sent = (await lab.dump(anna, 'email')).filter((item) => item.subject === title && item.container.well_known === 'sentitems')
    const received = (await lab.dump(ben, 'email')).filter((item) => item.subject === title)
    if (sent.length !== 1 || received.length !== 1) throw new Error(`the email is ${sent.length} times in Sent and ${received.length} times received`)
  })

  const contact = alone('contact', dumps, anna, contactKey, personKey, (item) => item.businessPhones?.length)
  add('contact', 'to_crm', 'a contact gets another mobile phone in the mailbox', async () => {
    await lab.edit(contact.item.id, { mobilePhone: '+44 7700 900123' })
    await until('the phone in the CRM', async () => (await crmOf(anna).record('contact', contact.record.id)).mobile_phone === '+44 7700 900123')
  })
  add('contact', 'to_mailbox', 'a person gets another job in the CRM', async () => {
    const record = await crmOf(anna).record('contact', contact.record.id)
    await crmOf(anna).change('contact', record, { job_title: 'Head of Everything' })
    await until('the job in the mailbox', async () => labContact(await lab.item(contact.item.id)).job_title === 'Head of Everything')
  })

  const task = alone('task', dumps, anna, taskKey, subject, (item) => item.status === 'notStarted')
  add('task', 'to_crm', 'a task is put off in the mailbox', async () => {
    await lab.edit(task.item.id, { importance: task.item.importance === 'high' ? 'low' : 'high' })
    const wanted = task.item.importance === 'high' ? 'low' : 'high'
    await until('the importance in the CRM', async () => (await crmOf(anna).record('task', task.record.id)).importance === wanted)
  })
  add('task', 'to_mailbox', 'a task is begun in the CRM', async () => {
    const record = await crmOf(anna).record('task', task.record.id)
    await crmOf(anna).change('task', record, { status: 'in_progress' })
    await until('the status in the mailbox', async () => labTask(await lab.item(task.item.id)).status === 'in_progress')
  })

  const meeting = alone('meeting', dumps, anna, meetingKey, subject, soloMeeting)
  add('meeting', 'to_crm', 'a meeting moves to another room in the mailbox', async () => {
    await lab.edit(meeting.item.id, { location: { displayName: 'Room 101' } })
    await until('the room in the CRM', async () => (await crmOf(anna).record('meeting', meeting.record.id)).location === 'Room 101')
  })
  add('meeting', 'to_mailbox', 'a meeting is moved by an hour in the CRM', async () => {
    const record = await crmOf(anna).record('meeting', meeting.record.id)
    const later = (when) => ({ ...when, local: new Date(Date.parse(`${when.local}Z`) + 3_600_000).toISOString().slice(0, 19) })
    const wanted = { start: later(record.start), end: later(record.end) }
    const before = labMeeting(meeting.item, anna)
    await crmOf(anna).change('meeting', record, wanted)
    await until('the time in the mailbox', async () => !same(labMeeting(await lab.item(meeting.item.id), anna).start, before.start))
  })
  return list
}
