// Breaks the comparer's input one field at a time and wants to see each break named; without a break, nothing.
//   node selfcheck.mjs [FILE]     FILE: what compare.mjs --keep wrote, instead of the small dumps made up here
import { readFileSync } from 'node:fs'
import { judge } from './judge.mjs'

const ANNA = 'anna@contoso.example', BEN = 'ben@contoso.example'
const owner = { id: '1', name: 'Anna', email: ANNA }
const address = (at, name = '') => ({ emailAddress: { address: at, name } })

function madeUp() {
  const times = (start, end, zone) => ({ start: { dateTime: `${start}.0000000`, timeZone: zone }, end: { dateTime: `${end}.0000000`, timeZone: zone } })
  const email = { id: 'E1', container: { well_known: 'inbox' }, categories: ['CRM'], internetMessageId: '<a@x.example>', from: address('Guest@x.example'),
    toRecipients: [address(ANNA)], ccRecipients: [address(BEN)], subject: 'Offer', sentDateTime: '2026-11-20T10:00:00Z', importance: 'normal',
    body: { contentType: 'html', content: '<p>Hello</p>' }, attachments: [{ name: 'a.pdf', size: 10 }] }
  const contact = { id: 'C1', categories: ['CRM'], givenName: 'Ada', surname: 'Byron', companyName: 'Engines', jobTitle: 'Analyst',
    emailAddresses: [{ address: 'ada@engines.example' }], businessPhones: ['+44 1'], mobilePhone: '+44 2',
    businessAddress: { street: '1 Road', city: 'Bath' } }
  const task = { id: 'T1', categories: ['CRM'], title: 'Call', body: { contentType: 'text', content: 'soon' }, status: 'notStarted', importance: 'high',
    dueDateTime: { dateTime: '2026-12-01T00:00:00.0000000', timeZone: 'UTC' } }
  const meeting = { id: 'M1', iCalUId: 'U1', categories: ['CRM'], subject: 'Weekly', body: { contentType: 'html', content: '<p>Bring&nbsp;it</p>' },
    location: { displayName: 'Room 1' }, isAllDay: false, showAs: 'busy', sensitivity: 'normal', isReminderOn: true, reminderMinutesBeforeStart: 15,
    ...times('2026-12-07T09:00:00', '2026-12-07T10:00:00', 'Tokyo Standard Time'), organizer: address(ANNA), attendees: [{ ...address(BEN), type: 'required',
      status: { response: 'accepted' } }],
    recurrence: { pattern: { type: 'weekly', interval: 1, daysOfWeek: ['monday'], firstDayOfWeek: 'monday' }, range: { type: 'numbered', numberOfOccurrences: 5 } },
    exceptions: { '2026-12-14': { subject: 'Weekly, moved', ...times('2026-12-14T11:00:00', '2026-12-14T12:00:00', 'Tokyo Standard Time') } },
    cancelled: ['2026-12-21'] }
  const zoned = (local) => ({ local, zone: 'Asia/Tokyo' })
  return {
    now: Date.parse('2026-11-22T00:00:00Z'),
    issues: [],
    lab: { [ANNA]: { email: [email], contact: [contact], task: [task], meeting: [meeting] }, [BEN]: { email: [], contact: [], task: [], meeting: [] } },
    crm: {
      email: [{ id: '1', owner, message_id: 'a@x.example', from: { address: 'guest@x.example' }, to: [{ address: ANNA }], to_count: 1, cc: [{ address: BEN }],
        subject: 'Offer', sent_at: '2026-11-20T10:00:00Z', importance: 'normal', body_html: '<p>Hello</p>', body_text: 'Hello',
        attachments: [{ name: 'a.pdf', size: 10 }] }],
      contact: [{ id: '2', owner, watchers: [], given_name: 'Ada', family_name: 'Byron', company: 'Engines', job_title: 'Analyst', emails: ['ada@engines.example'],
        business_phones: ['+44 1'], mobile_phone: '+44 2', business_address: { street: '1 Road', city: 'Bath' } }],
      task: [{ id: '3', owner, watchers: [], subject: 'Call', body: 'soon', status: 'not_started', importance: 'high', due: '2026-12-01' }],
      meeting: [{ id: '4', owner, watchers: [], subject: 'Weekly', body: 'Bring it', location: 'Room 1', start: zoned('2026-12-07T09:00:00'), end: zoned('2026-12-07T10:00:00'),
        show_as: 'busy', sensitivity: 'normal', reminder_minutes: 15, organizer: { address: ANNA }, attendees: [{ address: BEN, type: 'required', response: 'accepted' }],
        recurrence: { pattern: 'weekly', interval: 1, weekdays: [1], end: 'count', count: 5 },
        exceptions: [{ original_start: zoned('2026-12-14T09:00:00'), cancelled: false, subject: 'Weekly, moved', start: zoned('2026-12-14T11:00:00'), end: zoned('2026-12-14T12:00:00') },
          { original_start: zoned('2026-12-21T09:00:00'), cancelled: true }] }],
    },
  }
}

// kind → what is broken → how
const BREAKS = {
  email: {
    message_id: (e) => { e.message_id = 'other@x.example' }, from: (e) => { e.from = { address: 'x@y.example' } },
    to: (e) => { e.to = [...e.to, { address: 'more@y.example' }]; e.to_count = e.to.length }, cc: (e) => { e.cc = [...e.cc, { address: 'x@y.example' }] },
    subject: (e) => { e.subject += ' changed' }, sent: (e) => { e.sent_at = new Date(Date.parse(e.sent_at) + 60_000).toISOString() },
    importance: (e) => { e.importance = e.importance === 'high' ? 'low' : 'high' },
    body: (e) => { if (e.body_html) e.body_html += 'x'; else e.body_text += 'x' },
    attachments: (e) => { e.attachments = [...e.attachments, { name: 'b', size: 1 }] },
  },
  contact: {
    given_name: (c) => { c.given_name += 'x' }, company: (c) => { c.company += 'x' }, job_title: (c) => { c.job_title += 'x' }, suffix: (c) => { c.suffix = 'Jr' },
    emails: (c) => { c.emails = [...c.emails, 'another@x.example'].slice(-3) }, business_phones: (c) => { c.business_phones = ['0'] },
    mobile_phone: (c) => { c.mobile_phone = '0' }, business_address: (c) => { c.business_address = { city: 'Nowhere' } }, web_page: (c) => { c.web_page = 'x' },
  },
  task: {
    subject: (t) => { t.subject += 'x' }, body: (t) => { t.body = `${t.body ?? ''} x` }, due: (t) => { t.due = '2030-01-01' }, status: (t) => { t.status = 'deferred' },
    importance: (t) => { t.importance = t.importance === 'low' ? 'high' : 'low' }, reminder_at: (t) => { t.reminder_at = '2030-01-01T00:00:00Z' },
    recurrence: (t) => { t.recurrence = { pattern: 'daily', interval: 3, end: 'never' } },
  },
  meeting: {
    subject: (m) => { m.subject += 'x' }, body: (m) => { m.body = `${m.body ?? ''} x` }, location: (m) => { m.location = `${m.location ?? ''}x` },
    start: (m) => { m.start = m.start.date ? { date: '2030-01-01' } : { ...m.start, local: m.start.local.replace(/.$/, (c) => (c === '1' ? '2' : '1')) } },
    end: (m) => { m.end = m.end.date ? { date: '2030-01-01' } : { ...m.end, zone: m.end.zone === 'Asia/Kathmandu' ? 'Asia/Tokyo' : 'Asia/Kathmandu' } },
    show_as: (m) => { m.show_as = m.show_as === 'free' ? 'busy' : 'free' }, sensitivity: (m) => { m.sensitivity = 'confidential' },
    reminder_minutes: (m) => { m.reminder_minutes = 77 }, attendees: (m) => { m.attendees = [...m.attendees, { address: 'x@y.example', type: 'optional' }] },
    recurrence: (m) => { m.recurrence = m.recurrence ? { ...m.recurrence, interval: m.recurrence.interval + 1 } : { pattern: 'daily', interval: 1, end: 'never' } },
    exceptions: (m) => { m.exceptions = [...m.exceptions, { original_start: { ...m.start, local: '2030-01-07T09:00:00' }, cancelled: true }] },
  },
}

const input = process.argv[2] ? JSON.parse(readFileSync(process.argv[2], 'utf8')) : madeUp()
let passed = 0, failed = 0
function check(name, good, why) {
  if (good) return void passed++
  failed++
  console.log(`FAILED: ${name}: ${why}`)
}
const judged = (change) => {
  const copy = structuredClone(input)
  change(copy)
  return judge(copy)
}
// A record that the mailboxes surely have: not one that waits because it would mail somebody.
function pick(kind, crm) {
  if (kind !== 'meeting') return crm[kind][Math.floor(crm[kind].length / 2)]
  return crm.meeting.find((record) => record.recurrence && record.exceptions.length && record.organizer) ?? crm.meeting[0]
}

const clean = judged(() => {})
check('equal sides agree', clean.agree, JSON.stringify(clean.differences.slice(0, 3)))
for (const [kind, breaks] of Object.entries(BREAKS)) {
  for (const [field, change] of Object.entries(breaks)) {
    const verdict = judged(({ crm }) => change(pick(kind, crm)))
    const named = verdict.differences.filter((each) => each.kind === kind)
    check(`${kind} ${field}`, !verdict.agree && named.some((each) => !each.field || each.field === field),
      `not caught, or under another name: ${JSON.stringify(verdict.differences.slice(0, 2))}`)
  }
  const lost = judged(({ crm }) => crm[kind].splice(crm[kind].indexOf(pick(kind, crm)), 1))
  check(`${kind} lost from the CRM`, lost.differences.some((each) => each.kind === kind), 'not caught')
  const twice = judged(({ crm }) => crm[kind].push({ ...structuredClone(pick(kind, crm)), id: 'twin' }))
  check(`${kind} twice in the CRM`, twice.differences.some((each) => each.kind === kind), 'not caught')
  const gone = judged(({ lab, crm }) => {
    const record = pick(kind, crm)
    for (const kinds of Object.values(lab))
      kinds[kind] = kinds[kind].filter((item) => kind === 'email' ? item.internetMessageId?.replace(/[<>]/g, '') !== record.message_id
        : kind === 'contact' ? item.givenName !== record.given_name || item.surname !== record.family_name : (item.title ?? item.subject) !== record.subject)
  })
  check(`${kind} lost from the mailbox`, gone.differences.some((each) => each.kind === kind), 'not caught')
}
const idle = judged(({ issues }) => issues.push({ code: 'review', kind: 'contact', title: 'A contact may be one of several people', mailbox: { address: ANNA } }))
check('a contact left to a person without need', idle.differences.some((each) => each.what.includes('(review)')), 'not caught')
console.log(`${passed} passed, ${failed} failed, 0 skipped`)
process.exit(failed ? 1 : 0)
