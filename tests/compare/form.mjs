// One form for the items of both sides: what they share, spelled the same way. Normalised by these rules and no other:
//  * absent, null and "" are the same; a list's order does not count for addresses, attendees and attachments;
//  * addresses are compared in lower case, and what has no @ is nobody's address; white space of texts is folded; HTML is compared as its text;
//  * the vendor's defaults: importance and sensitivity normal, show as busy, first day of the week only where it counts;
//  * Exchange holds three addresses and two business phones of a contact: the rest of the CRM's list is not compared;
//  * an attendee list does not contain the organizer; he who organises is the mailbox's owner where the CRM names nobody.
import { crmWhen, instantOf, labWhen, plusDays, seconds, whenText } from './time.mjs'

const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' }

const fold = (text) => (text ?? '').replace(/[\s\u00a0\u200b\ufeff]+/g, ' ').trim() || null
const text = fold
const lower = (address) => (address ?? '').includes('@') ? address.trim().toLowerCase() : ''

// The words of HTML: enough for the short bodies of calendars and tasks.
export function wordsOfHtml(html) {
  return fold((html ?? '').replace(/<(head|style|script)\b[\s\S]*?<\/\1\s*>/gi, ' ').replace(/<!--[\s\S]*?-->/g, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&(#x[0-9a-f]+|#\d+|\w+);/gi, (all, name) => name[0] === '#'
      ? String.fromCodePoint(Number(name[1].toLowerCase() === 'x' ? `0${name.slice(1)}` : name.slice(1))) : ENTITIES[name.toLowerCase()] ?? all))
}
const words = (body) => body?.contentType?.toLowerCase() === 'html' ? wordsOfHtml(body.content) : fold(body?.content)

const sorted = (list) => list.map((each) => typeof each === 'string' ? each : JSON.stringify(each)).sort()

// ---- emails ----

const recipient = (each) => lower(each?.emailAddress?.address)
const recipients = (list) => sorted((list ?? []).map(recipient).filter(Boolean))
const withoutBrackets = (id) => (id ?? '').trim().replace(/^<|>$/g, '') || null

export function labEmail(item) {
  const html = item.body?.contentType?.toLowerCase() === 'html'
  return {
    message_id: withoutBrackets(item.internetMessageId),
    from: recipient(item.from) || null,
    to: recipients(item.toRecipients),
    cc: recipients(item.ccRecipients),
    subject: text(item.subject),
    sent: seconds(item.sentDateTime),
    importance: item.importance ?? 'normal',
    has_html: html && Boolean(fold(item.body.content)),
    has_text: Boolean(html ? wordsOfHtml(item.body.content) : fold(item.body?.content)),
    body: html ? fold(item.body.content) : fold(item.body?.content),
    attachments: sorted((item.attachments ?? []).map((each) => [each.name ?? '', each.size ?? 0])),
  }
}

export function crmEmail(record) {
  return {
    message_id: withoutBrackets(record.message_id),
    from: lower(record.from?.address) || null,
    to: sorted(record.to.map((each) => lower(each.address)).filter(Boolean)),
    cc: sorted(record.cc.map((each) => lower(each.address)).filter(Boolean)),
    subject: text(record.subject),
    sent: seconds(record.sent_at),
    importance: record.importance ?? 'normal',
    has_html: Boolean(fold(record.body_html)),
    has_text: Boolean(fold(record.body_text)),
    body: fold(record.body_html) ?? fold(record.body_text),
    attachments: sorted((record.attachments ?? []).map((each) => [each.name ?? '', each.size ?? 0])),
  }
}

export const emailKey = (form) => JSON.stringify([form.message_id, form.from, form.sent, form.subject])

// ---- contacts ----

const POSTAL = ['street', 'city', 'state', 'postal_code', 'country']
function postal(values) {
  const out = values.map(text)
  return out.some(Boolean) ? out : null
}

export function labContact(item) {
  const a = item.businessAddress
  return {
    given_name: text(item.givenName), family_name: text(item.surname), middle_name: text(item.middleName),
    title: text(item.title), suffix: text(item.generation), company: text(item.companyName),
    department: text(item.department), job_title: text(item.jobTitle),
    emails: (item.emailAddresses ?? []).map((each) => lower(each.address)).filter(Boolean),
    business_phones: (item.businessPhones ?? []).map(text).filter(Boolean),
    mobile_phone: text(item.mobilePhone), web_page: text(item.businessHomePage),
    business_address: a ? postal([a.street, a.city, a.state, a.postalCode, a.countryOrRegion]) : null,
  }
}

export function crmContact(record) {
  return {
    given_name: text(record.given_name), family_name: text(record.family_name), middle_name: text(record.middle_name),
    title: text(record.title), suffix: text(record.suffix), company: text(record.company),
    department: text(record.department), job_title: text(record.job_title),
    emails: record.emails.map(lower).slice(0, 3),
    business_phones: record.business_phones.map(text).slice(0, 2),
    mobile_phone: text(record.mobile_phone), web_page: text(record.web_page),
    business_address: record.business_address ? postal(POSTAL.map((name) => record.business_address[name])) : null,
  }
}

// ---- recurrence ----

const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']
const PATTERNS = { daily: 'daily', weekly: 'weekly', absoluteMonthly: 'monthly_by_day', relativeMonthly: 'monthly_by_weekday',
  absoluteYearly: 'yearly_by_day', relativeYearly: 'yearly_by_weekday' }
const ENDS = { noEnd: 'never', endDate: 'until', numbered: 'count' }

function rule({ pattern, interval, weekdays, day, month, week, first, end, until, count }) {
  const out = { pattern, interval, end }
  if (pattern === 'weekly' || pattern.endsWith('weekday')) out.weekdays = [...weekdays].sort()
  if (pattern === 'weekly' && interval > 1 && weekdays.length > 1) out.first_day_of_week = first
  if (pattern.endsWith('by_day')) out.day = day
  if (pattern.startsWith('yearly')) out.month = month
  if (pattern.endsWith('weekday')) out.week = week
  if (end === 'until') out.until = until
  if (end === 'count') out.count = count
  return out
}

function labRule(from) {
  if (!from) return null
  const { pattern: p, range } = from
  return rule({ pattern: PATTERNS[p.type] ?? p.type, interval: p.interval, day: p.dayOfMonth, month: p.month, week: p.index,
    weekdays: (p.daysOfWeek ?? []).map((each) => DAYS.indexOf(each.toLowerCase())), first: DAYS.indexOf((p.firstDayOfWeek ?? 'sunday').toLowerCase()),
    end: ENDS[range.type] ?? range.type, until: range.endDate, count: range.numberOfOccurrences })
}

function crmRule(from) {
  if (!from) return null
  return rule({ pattern: from.pattern, interval: from.interval, day: from.day_of_month, month: from.month, week: from.week,
    weekdays: from.weekdays ?? [], first: from.first_day_of_week ?? 0,
    end: from.end ?? (from.count ? 'count' : from.until ? 'until' : 'never'), until: from.until, count: from.count })
}

// ---- tasks ----

const STATUS = { notStarted: 'not_started', inProgress: 'in_progress', completed: 'completed', waitingOnOthers: 'waiting', deferred: 'deferred' }
const day = (when) => when?.dateTime?.slice(0, 10) ?? null

export function labTask(item) {
  return {
    subject: text(item.title), body: words(item.body), due: day(item.dueDateTime), start: day(item.startDateTime),
    status: STATUS[item.status] ?? item.status, completed_on: day(item.completedDateTime), importance: item.importance ?? 'normal',
    reminder_at: item.isReminderOn && item.reminderDateTime
      ? seconds(new Date(instantOf(item.reminderDateTime.dateTime, item.reminderDateTime.timeZone)).toISOString()) : null,
    recurrence: labRule(item.recurrence),
  }
}

export function crmTask(record) {
  return {
    subject: text(record.subject), body: text(record.body), due: record.due ?? null, start: record.start ?? null,
    status: record.status, completed_on: record.completed_on ?? null, importance: record.importance ?? 'normal',
    reminder_at: seconds(record.reminder_at), recurrence: crmRule(record.recurrence),
  }
}

// ---- meetings ----

const RESPONSES = { accepted: 'accepted', organizer: 'accepted', tentativelyAccepted: 'tentative', declined: 'declined' }
const SHOW = { free: 'free', tentative: 'tentative', busy: 'busy', oof: 'away', workingElsewhere: 'working_elsewhere' }

// The attendee list without the organizer.
function attendees(list, organizer) {
  return sorted(list.filter((each) => each.address && each.address !== organizer)
    .map((each) => [each.address, each.type ?? 'required', each.response ?? 'none']))
}

// A wall time moved by whole minutes.
function moved(local, minutes) {
  return new Date(Date.parse(`${local.slice(0, 19)}Z`) + minutes * 60_000).toISOString().slice(0, 19)
}

// What a series' occurrence is when nothing about it is exceptional: by the day it starts.
function occurrence(date, series) {
  const { start, end, zone, endZone, allDay } = series
  if (allDay) {
    const length = (Date.parse(`${end.slice(0, 10)}Z`) - Date.parse(`${start.slice(0, 10)}Z`)) / 86_400_000
    return { start: date, end: plusDays(date, length) }
  }
  const minutes = (Date.parse(`${end.slice(0, 19)}Z`) - Date.parse(`${start.slice(0, 19)}Z`)) / 60_000
  const begins = `${date}T${start.slice(11, 19)}`
  return { start: whenText(begins, zone), end: whenText(moved(begins, minutes), endZone) }
}

// day → "cancelled" or what differs from the series' own occurrence of that day
function parts(list, series, own) {
  const out = {}
  for (const { date, cancelled, change } of list) {
    if (cancelled) {
      out[date] = 'cancelled'
      continue
    }
    const plain = { ...occurrence(date, series), ...own }
    const differs = Object.fromEntries(Object.entries(change).filter(([name, value]) => value !== undefined && value !== plain[name]))
    if (Object.keys(differs).length) out[date] = differs
  }
  return Object.fromEntries(Object.entries(out).sort())
}

export function labMeeting(item, owner) {
  const allDay = item.isAllDay === true, recurring = Boolean(item.recurrence)
  const organizer = lower(item.organizer?.emailAddress?.address) || owner
  const own = { subject: text(item.subject), location: text(item.location?.displayName), body: words(item.body) }
  const changes = Object.entries(item.exceptions ?? {}).map(([date, change]) => ({ date, change: {
    subject: 'subject' in change ? text(change.subject) : undefined,
    location: 'location' in change ? text(change.location?.displayName) : undefined,
    body: 'body' in change ? words(change.body) : undefined,
    start: change.start ? labWhen(change.start, allDay) : undefined,
    end: change.end ? labWhen(change.end, allDay) : undefined,
  } }))
  const series = { start: item.start.dateTime, end: item.end.dateTime, zone: item.start.timeZone, endZone: item.end.timeZone, allDay }
  return {
    ...own,
    start: labWhen(item.start, allDay, recurring), end: labWhen(item.end, allDay, recurring),
    show_as: SHOW[item.showAs ?? 'busy'] ?? item.showAs, sensitivity: item.sensitivity ?? 'normal',
    reminder_minutes: item.isReminderOn ? item.reminderMinutesBeforeStart : null,
    organizer,
    attendees: attendees((item.attendees ?? []).map((each) => ({ address: recipient(each), type: each.type,
      response: RESPONSES[each.status?.response] ?? 'none' })), organizer),
    recurrence: labRule(item.recurrence),
    exceptions: parts([...changes, ...(item.cancelled ?? []).map((date) => ({ date, cancelled: true }))], series, own),
  }
}

export function crmMeeting(record, owner) {
  const allDay = record.start.date !== undefined, recurring = Boolean(record.recurrence)
  const organizer = lower(record.organizer?.address) || owner
  const own = { subject: text(record.subject), location: text(record.location), body: text(record.body) }
  const series = { start: record.start.date ?? record.start.local, end: record.end.date ?? record.end.local,
    zone: record.start.zone, endZone: record.end.zone, allDay }
  const changes = record.exceptions.map((each) => ({
    date: (each.original_start.date ?? each.original_start.local).slice(0, 10), cancelled: each.cancelled,
    change: {
      subject: 'subject' in each ? text(each.subject) : undefined, location: 'location' in each ? text(each.location) : undefined,
      body: 'body' in each ? text(each.body) : undefined,
      start: each.start ? crmWhen(each.start) : undefined, end: each.end ? crmWhen(each.end) : undefined,
    },
  }))
  return {
    ...own,
    start: crmWhen(record.start, recurring), end: crmWhen(record.end, recurring),
    show_as: record.show_as ?? 'busy', sensitivity: record.sensitivity ?? 'normal', reminder_minutes: record.reminder_minutes ?? null,
    organizer,
    attendees: attendees(record.attendees.map((each) => ({ ...each, address: lower(each.address) })), organizer),
    recurrence: crmRule(record.recurrence),
    exceptions: parts(changes, series, own),
  }
}

export const same = (a, b) => JSON.stringify(a) === JSON.stringify(b)
export function differing(a, b, names = Object.keys(a)) {
  return names.filter((name) => !same(a[name], b[name]))
}
