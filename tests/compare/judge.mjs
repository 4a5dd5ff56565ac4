// Compares whole dumps of both sides, item by item and field by field. Knows nothing of links, bases, cursors or journals:
// items are matched by what they say.
import { crmContact, crmEmail, crmMeeting, crmTask, differing, emailKey, labContact, labEmail, labMeeting, labTask } from './form.mjs'
import { instantOf } from './time.mjs'

const DAY = 86_400_000
const NOT_SYNCED = new Set(['drafts', 'junkemail', 'deleteditems', 'outbox'])
const deleted = (item) => ['deleteditems', 'recoverableitemsdeletions'].includes(item.container?.well_known)

class Verdict {
  constructor() {
    this.compared = { email: 0, contact: 0, task: 0, meeting: 0 }
    this.differences = []
    this.explained = { email: {}, contact: {}, task: {}, meeting: {} }
  }
  differs(kind, what, where, details = {}) {
    this.differences.push({ kind, what, where, ...details })
  }
  explain(kind, reason) {
    this.explained[kind][reason] = (this.explained[kind][reason] ?? 0) + 1
  }
  // Names every field that differs.
  fields(kind, where, mailbox, crm, names) {
    for (const field of differing(mailbox, crm, names))
      this.differs(kind, 'field differs', where, { field, mailbox: mailbox[field], crm: crm[field] })
  }
}

function grouped(list, key) {
  const out = new Map()
  for (const each of list) {
    const at = key(each)
    if (!out.has(at)) out.set(at, [])
    out.get(at).push(each)
  }
  return out
}

const isMarked = (item, category) => (item.categories ?? []).some((each) => each.toLowerCase() === category.toLowerCase())
const ownersOf = (record) => [record.owner, ...(record.watchers ?? [])].filter(Boolean).map((each) => each.email?.toLowerCase())

// ---- emails: every marked one is in the CRM exactly once, and nothing else is ----

function judgeEmails(verdict, { lab, crm, category }) {
  const wanted = new Map()
  for (const [mailbox, kinds] of Object.entries(lab))
    for (const item of kinds.email) {
      const sent = item.container?.well_known === 'sentitems'
      if (item.isDraft || NOT_SYNCED.has(item.container?.well_known)) continue
      const form = labEmail(item), key = emailKey(form)
      if (!wanted.has(key)) wanted.set(key, [])
      wanted.get(key).push({ mailbox, form, marked: isMarked(item, category), sent })
    }
  const records = grouped(crm.email.map((record) => ({ record, form: crmEmail(record) })), ({ form }) => emailKey(form))
  for (const [key, copies] of wanted) {
    if (!copies.some((copy) => copy.marked)) continue
    const found = records.get(key) ?? []
    if (found.length !== 1) {
      verdict.differs('email', found.length ? `${found.length} times in the CRM` : 'not in the CRM', copies[0].mailbox, { key })
      continue
    }
    verdict.compared.email++
    const { record, form } = found[0]
    const best = copies.filter((copy) => copy.marked).sort((a, b) => differing(a.form, form).length - differing(b.form, form).length)[0]
    const mailbox = { ...best.form }, theirs = { ...form }
    if (record.to_count > record.to.length) {  // the API shows ten of them
      mailbox.to = mailbox.to.length === record.to_count ? theirs.to : mailbox.to
    }
    if (record.body_truncated) mailbox.body = theirs.body
    verdict.fields('email', best.mailbox, mailbox, theirs)
  }
  for (const [key, found] of records)
    if (!(wanted.get(key) ?? []).some((copy) => copy.marked || copy.sent))
      verdict.differs('email', 'in the CRM, but marked in no mailbox', found[0].record.id, { key })
}

// ---- contacts ----

const forMatching = (address) => address.replace(/\+[^@]*@/, '@')
const sharesAddress = (a, b) => a.emails.some((each) => b.emails.some((other) => forMatching(each) === forMatching(other)))
const fullName = (form) => [form.given_name, form.family_name].filter(Boolean).join(' ').toLowerCase()
const sameName = (a, b) => fullName(a) === fullName(b) ||
  (!a.emails.length && !b.emails.length && a.company === b.company && !fullName(a) && !fullName(b))

function matchesContact(mine, theirs) {
  if (!sameName(mine, theirs)) return false
  return sharesAddress(mine, theirs) || !mine.emails.length || !theirs.emails.length
}

const toldOf = (issues, mailbox, code) =>
  issues.filter((issue) => issue.code === code && issue.kind === 'contact' && issue.mailbox?.address?.toLowerCase() === mailbox)

// The fields that the product says it left as they were on both sides when it first matched the two.
function reportedDifferences(issues, mailbox, record) {
  const names = toldOf(issues, mailbox, 'differs').filter((issue) => issue.record?.id === record.id)
    .flatMap((issue) => issue.title.replace(/.*matched, but (.*) differ.*/, '$1').split(/[, ]+/))
  return new Set(names)
}

function judgeContacts(verdict, { lab, crm, issues, category }) {
  const people = crm.contact.map((record) => ({ record, form: crmContact(record), owners: ownersOf(record), copies: [] }))
  for (const [mailbox, kinds] of Object.entries(lab)) {
    const taken = new Set(), told = toldOf(issues, mailbox, 'review').length
    const fitsOf = (form) => people.filter((person) => matchesContact(form, person.form) && !taken.has(person))
      .sort((a, b) => differing(form, a.form).length - differing(form, b.form).length)
    const forms = kinds.contact.filter((item) => isMarked(item, category) && !deleted(item)).map(labContact)
    // An address that is also somebody's of another name leaves a contact to a person, and the product says so.
    const disputed = (form) => people.some((person) => sharesAddress(form, person.form) && !sameName(form, person.form))
    const unexplained = (form, person) => {
      const names = reportedDifferences(issues, mailbox, person.record)
      return differing(form, person.form).filter((name) => !names.has(name))
    }
    const waiting = forms.filter((form) => !fitsOf(form).length)
    for (const form of waiting)
      if (disputed(form)) verdict.explain('contact', 'review')
      else verdict.differs('contact', 'not in the CRM', mailbox, { key: fullName(form) || form.emails[0] })
    let reviews = told - waiting.filter(disputed).length
    for (const form of forms) {
      if (waiting.includes(form)) continue
      const [person] = fitsOf(form)
      if (!person) {
        verdict.differs('contact', 'twice in the mailbox', mailbox, { key: fullName(form) })
        continue
      }
      const names = unexplained(form, person)
      if (names.length && reviews > 0 && disputed(form)) {
        reviews--
        verdict.explain('contact', 'review')
        continue
      }
      taken.add(person)
      person.copies.push(mailbox)
      verdict.compared.contact++
      if (!names.length && differing(form, person.form).length) verdict.explain('contact', 'differed_at_first_match')
      verdict.fields('contact', mailbox, form, person.form, names)
    }
  }
  for (const person of people)
    for (const owner of person.owners)
      if (owner in lab && !person.copies.includes(owner))
        verdict.differs('contact', 'not in the mailbox', owner, { key: fullName(person.form) || person.form.emails[0] })
  for (const [name, twins] of grouped(people, ({ form }) => JSON.stringify(form)))
    if (twins.length > 1) verdict.differs('contact', 'twice in the CRM', twins[1].record.id, { key: name })
}

// ---- tasks: of each user, the same ones on both sides ----

function judgeTasks(verdict, { lab, crm, category, now }) {
  for (const [mailbox, kinds] of Object.entries(lab)) {
    const items = kinds.task.filter((item) => isMarked(item, category) && item.container?.well_known !== 'flaggedEmails' && !deleted(item))
      .map(labTask)
    const records = crm.task.filter((record) => ownersOf(record).includes(mailbox)).map(crmTask)
    pairUp(items, records, (form) => form.subject ?? '', {
      pair: (mine, theirs) => {
        verdict.compared.task++
        verdict.fields('task', mailbox, mine, theirs)
      },
      left: (mine) => verdict.differs('task', 'not in the CRM', mailbox, { key: mine.subject }),
      right: (theirs) => {
        const old = theirs.status === 'completed' && theirs.completed_on && Date.parse(theirs.completed_on) < now - 15 * DAY
        if (!old) verdict.differs('task', 'not in the mailbox', mailbox, { key: theirs.subject })
      },
    })
  }
}

// Pairs the two lists within each key, the most alike first.
function pairUp(mine, theirs, key, { pair, left, right }) {
  const others = grouped(theirs, key)
  for (const [at, list] of grouped(mine, key)) {
    const rest = [...(others.get(at) ?? [])]
    others.delete(at)
    const waiting = []
    for (const each of list) {
      const equal = rest.findIndex((other) => !differing(each, other).length)
      if (equal < 0) waiting.push(each)
      else pair(each, rest.splice(equal, 1)[0])
    }
    for (const each of waiting) {
      rest.sort((a, b) => differing(each, a).length - differing(each, b).length)
      if (rest.length) pair(each, rest.shift())
      else left(each)
    }
    rest.forEach(right)
  }
  for (const rest of others.values()) rest.forEach(right)
}

// ---- meetings: one record per meeting over all mailboxes ----

// What an attendee's own copy says for itself alone.
const PERSONAL = new Set(['show_as', 'reminder_minutes', 'sensitivity', 'attendees'])

function inWindow(record, now) {
  if (record.recurrence) return true
  const at = (when) => when.date ? Date.parse(`${when.date}T00:00:00Z`) : instantOf(when.local, when.zone ?? 'UTC')
  return at(record.end) >= now - 14 * DAY && at(record.start) <= now + 24 * 30 * DAY
}

function judgeMeetings(verdict, { lab, crm, issues, category, now }) {
  const waits = new Set(issues.filter((issue) => issue.code === 'would_mail').map((issue) => issue.record?.id))
  const groups = new Map()
  for (const [mailbox, kinds] of Object.entries(lab))
    for (const item of kinds.meeting) {
      if (!isMarked(item, category) || deleted(item)) continue
      const uid = item.iCalUId || item.id
      if (!groups.has(uid)) groups.set(uid, [])
      groups.get(uid).push({ mailbox, form: labMeeting(item, mailbox) })
    }
  const records = crm.meeting.map((record) => ({ record, owners: ownersOf(record), form: crmMeeting(record, record.owner?.email?.toLowerCase()), copies: [] }))
  const keyOf = (form) => JSON.stringify([form.subject, form.organizer])
  const byKey = grouped(records, ({ form }) => keyOf(form))
  const taken = new Set()
  // The best fits first, so that a meeting that lost a field is not given another's record.
  const wanted = [...groups.values()].map((copies) => {
    const source = copies.find((copy) => copy.form.organizer === copy.mailbox) ?? copies[0]
    return { copies, source }
  })
  const exact = ({ source }) => (byKey.get(keyOf(source.form)) ?? []).some(({ form }) => !differing(source.form, form).length)
  for (const { copies, source } of wanted.sort((a, b) => exact(b) - exact(a))) {
    const fits = (byKey.get(keyOf(source.form)) ?? records.filter(({ form }) => form.start === source.form.start && form.organizer === source.form.organizer))
      .filter((each) => !taken.has(each)).sort((a, b) => differing(source.form, a.form).length - differing(source.form, b.form).length)
    if (!fits.length) {
      verdict.differs('meeting', 'not in the CRM', source.mailbox, { key: keyOf(source.form) })
      continue
    }
    const [found] = fits
    taken.add(found)
    found.copies = copies.map((copy) => copy.mailbox)
    verdict.compared.meeting++
    verdict.fields('meeting', source.mailbox, source.form, found.form)
    for (const copy of copies)
      if (copy !== source)
        verdict.fields('meeting', copy.mailbox, copy.form, found.form, Object.keys(copy.form).filter((name) => !PERSONAL.has(name)))
  }
  for (const each of records) {
    if (each.copies.length) continue
    const mailbox = each.owners.find((owner) => owner in lab)
    if (each.form.attendees.length && waits.has(each.record.id)) verdict.explain('meeting', 'would_mail_others')
    else if (mailbox && inWindow(each.record, now)) verdict.differs('meeting', 'not in the mailbox', mailbox, { key: keyOf(each.form) })
  }
}

// How many contacts wait for a person now. What a pass skipped is another number: it may have settled since.
export const openReviews = (issues) => issues.filter((issue) => issue.code === 'review' && issue.kind === 'contact').length

// lab: address → kind → items; crm: kind → records; issues: the product's open ones; reported: kind → reason → how many
// the product says it left out (nothing: not compared). → { agree, compared, explained, differences }
export function judge({ lab, crm, issues = [], reported, category = 'CRM', now = Date.now() }) {
  const verdict = new Verdict()
  const input = { lab, crm, issues, category, now }
  judgeEmails(verdict, input)
  judgeContacts(verdict, input)
  judgeTasks(verdict, input)
  judgeMeetings(verdict, input)
  const leftOut = (kind, reason, told) => {
    const found = verdict.explained[kind][reason] ?? 0
    if (told !== found) verdict.differs(kind, `the product says it left out ${told} (${reason}), the two sides show ${found}`, 'all mailboxes')
  }
  leftOut('contact', 'review', openReviews(issues))
  if (reported) leftOut('meeting', 'would_mail_others', reported.meeting?.would_mail_others ?? 0)
  return { agree: !verdict.differences.length, compared: verdict.compared, explained: verdict.explained, differences: verdict.differences }
}
