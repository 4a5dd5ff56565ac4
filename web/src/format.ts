// Values as people read them, in the language of the browser.
const locale = typeof navigator === "undefined" ? "en" : navigator.language || "en";

const numberFormat = new Intl.NumberFormat(locale);
const dayFormat = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric" });
const dayThisYear = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short" });
const weekdayFormat = new Intl.DateTimeFormat(locale, { weekday: "short", day: "numeric", month: "short" });
const timeFormat = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });
const fullFormat = new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "short" });
const relativeFormat = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

export function formatNumber(n: number): string {
  return numberFormat.format(n);
}

export function counted(n: number, one: string, many: string): string {
  return `${formatNumber(n)} ${n === 1 ? one : many}`;
}

// "2026-11-22" as a day; not moved by the reader's zone.
export function formatDate(date: string): string {
  const [year, month, day] = date.split("-").map(Number);
  const local = new Date(year, month - 1, day);
  return local.getFullYear() === new Date().getFullYear() ? dayThisYear.format(local) : dayFormat.format(local);
}

export function formatFull(instant: string): string {
  return fullFormat.format(new Date(instant));
}

export function formatTime(instant: string): string {
  return timeFormat.format(new Date(instant));
}

export function sameDay(a: Date, b: Date): boolean {
  return a.getFullYear() === b.getFullYear() && a.getMonth() === b.getMonth() && a.getDate() === b.getDate();
}

// The shortest that is still clear: a time today, a weekday this week, else a day.
export function formatInstant(instant: string, now = new Date()): string {
  const at = new Date(instant);
  if (Number.isNaN(at.getTime())) return "";
  if (sameDay(at, now)) return timeFormat.format(at);
  return at.getFullYear() === now.getFullYear() ? dayThisYear.format(at) : dayFormat.format(at);
}

export function formatDay(at: Date, now = new Date()): string {
  return at.getFullYear() === now.getFullYear() ? weekdayFormat.format(at) : dayFormat.format(at);
}

export function formatAgo(instant: string, now = new Date()): string {
  const seconds = Math.round((new Date(instant).getTime() - now.getTime()) / 1000);
  const size = Math.abs(seconds);
  if (size < 45) return seconds <= 0 ? "just now" : "in a moment";
  if (size < 2700) return relativeFormat.format(Math.round(seconds / 60), "minute");
  if (size < 79200) return relativeFormat.format(Math.round(seconds / 3600), "hour");
  if (size < 6 * 86400) return relativeFormat.format(Math.round(seconds / 86400), "day");
  return formatInstant(instant, now);
}

export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

export function formatMoney(amount: string, currency: string | null | undefined): string {
  const value = Number(amount);
  if (!Number.isFinite(value)) return amount;
  if (!currency) return numberFormat.format(value);
  try {
    const digits = Number.isInteger(value) ? 0 : 2;
    return new Intl.NumberFormat(locale, { style: "currency", currency, minimumFractionDigits: digits, maximumFractionDigits: Math.max(2, digits) }).format(value);
  } catch {
    return `${numberFormat.format(value)} ${currency}`;
  }
}

export type When = { date: string } | { local: string; zone?: string };

// A wall time is shown as it is written, with its zone where that is not the reader's.
export function formatWhen(when: When | null | undefined): string {
  if (!when) return "";
  if ("date" in when) return formatDate(when.date);
  const [date, time] = when.local.split("T");
  const zone = when.zone && when.zone !== ownZone() ? ` ${when.zone}` : "";
  return `${formatDate(date)}, ${time.slice(0, 5)}${zone}`;
}

// "22 Nov, 10:00 – 11:00": the day only once where both are the same. The end of an all-day meeting is exclusive.
export function formatSpan(start: When | null | undefined, end: When | null | undefined): string {
  if (!start) return "";
  if (!end) return formatWhen(start);
  if ("date" in start && "date" in end) {
    const last = new Date(`${end.date}T00:00:00Z`);
    last.setUTCDate(last.getUTCDate() - 1);
    const lastDay = last.toISOString().slice(0, 10);
    return lastDay <= start.date ? formatDate(start.date) : `${formatDate(start.date)} – ${formatDate(lastDay)}`;
  }
  if ("local" in start && "local" in end) {
    const zone = start.zone && start.zone !== ownZone() ? ` ${start.zone}` : "";
    const sameZone = start.zone === end.zone;
    if (sameZone && start.local.slice(0, 10) === end.local.slice(0, 10))
      return `${formatDate(start.local.slice(0, 10))}, ${start.local.slice(11, 16)} – ${end.local.slice(11, 16)}${zone}`;
  }
  return `${formatWhen(start)} – ${formatWhen(end)}`;
}

export function ownZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}

export function initials(name: string): string {
  const words = name.replace(/[^\p{L}\p{N}\s]/gu, " ").trim().split(/\s+/).filter(Boolean);
  if (words.length === 0) return "";
  const first = [...words[0]][0];
  const last = words.length > 1 ? [...words[words.length - 1]][0] : "";
  return (first + last).toUpperCase();
}

// The server's words are parts of sentences in its log; a person gets a sentence.
export function asSentence(text: string): string {
  const upper = text.replace(/^./, (first) => first.toUpperCase());
  return /[.!?]$/.test(upper) ? upper : `${upper}.`;
}
