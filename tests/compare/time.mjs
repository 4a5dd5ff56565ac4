// Moments of both sides, compared as what they mean: an all-day date, or a wall time whose zone gives the same
// instants in winter and in summer, whatever the zone is called.

// CLDR windowsZones, territory 001, of the zones that the demo's calendars use; IANA names pass as they are.
const WINDOWS = {
  'UTC': 'UTC', 'GMT Standard Time': 'Europe/London', 'W. Europe Standard Time': 'Europe/Berlin',
  'Romance Standard Time': 'Europe/Paris', 'Central Europe Standard Time': 'Europe/Budapest',
  'Eastern Standard Time': 'America/New_York', 'Pacific Standard Time': 'America/Los_Angeles',
  'Tokyo Standard Time': 'Asia/Tokyo', 'India Standard Time': 'Asia/Kolkata', 'Nepal Standard Time': 'Asia/Kathmandu',
  'AUS Eastern Standard Time': 'Australia/Sydney', 'China Standard Time': 'Asia/Shanghai',
  'Central Standard Time': 'America/Chicago', 'Singapore Standard Time': 'Asia/Singapore',
}

const formats = new Map()
function format(zone) {
  if (!formats.has(zone))
    formats.set(zone, new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' }))
  return formats.get(zone)
}

// Milliseconds since 1970 of a wall time in a zone; in a gap or a fold, the offset before the change.
export function instantOf(local, zoneName) {
  const zone = WINDOWS[zoneName] ?? zoneName
  const asUtc = Date.parse(`${local.slice(0, 19)}Z`)
  if (Number.isNaN(asUtc)) throw new Error(`not a wall time: ${local}`)
  let guess = asUtc
  for (let i = 0; i < 3; ++i) {
    const shown = Date.parse(`${format(zone).format(guess).replace(' ', 'T')}Z`)
    if (shown === asUtc) break
    guess += asUtc - shown
  }
  return guess
}

// How much the zone is ahead of UTC, in minutes, in January and in July: the rule, without its name.
function rule(local, zone) {
  const year = local.slice(0, 4)
  return ['01', '07'].map((month) =>
    (Date.parse(`${year}-${month}-15T12:00:00Z`) - instantOf(`${year}-${month}-15T12:00:00`, zone)) / 60000)
}

const iso = (ms) => new Date(ms).toISOString().slice(0, 19) + 'Z'

// Both sides' forms → one text: "2026-11-22" or "2026-11-22T09:00:00Z [60,120]" (the series' zone rule) or floating.
export function whenText(local, zone, allDay, withRule) {
  if (allDay) return local.slice(0, 10)
  if (!zone) return `${local.slice(0, 19)} floating`
  return iso(instantOf(local, zone)) + (withRule ? ` [${rule(local, zone)}]` : '')
}

export const labWhen = (when, allDay, withRule) => when ? whenText(when.dateTime, when.timeZone, allDay, withRule) : null
export const crmWhen = (when, withRule) =>
  when ? whenText(when.date ?? when.local, when.zone, when.date !== undefined, withRule) : null

// An instant of either side, in seconds.
export function seconds(text) {
  if (!text) return null
  const ms = Date.parse(text)
  return Number.isNaN(ms) ? null : iso(Math.floor(ms / 1000) * 1000)
}

export function plusDays(day, days) {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)
}
