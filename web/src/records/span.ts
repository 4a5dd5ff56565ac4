// Start and end of a meeting, kept in one form and the same time apart.
import type { When } from "../format";

export function addDays(date: string, days: number): string {
  const at = new Date(`${date}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
}

// Wall times are compared as they are written: a meeting of an hour stays one of an hour by the clock on the wall.
function minutes(local: string): number {
  return new Date(`${local}Z`).getTime() / 60_000;
}
function fromMinutes(n: number): string {
  return new Date(n * 60_000).toISOString().slice(0, 19);
}

// The end that belongs to a moved start.
export function endFor(oldStart: When | null, newStart: When | null, end: When | null): When | null {
  if (!newStart || !end) return end;
  if ("date" in newStart) {
    if (!("date" in end)) return { date: addDays(newStart.date, 1) };
    const was = oldStart && "date" in oldStart ? oldStart.date : undefined;
    const days = was ? Math.round((Date.parse(end.date) - Date.parse(was)) / 864e5) : 1;
    return { date: addDays(newStart.date, Math.max(1, days)) };
  }
  const length = oldStart && "local" in oldStart && "local" in end ? minutes(end.local) - minutes(oldStart.local) : 60;
  const local = fromMinutes(minutes(newStart.local) + (length > 0 ? length : 60));
  return newStart.zone ? { local, zone: newStart.zone } : { local };
}

export function endsBeforeStart(start: When | null, end: When | null): boolean {
  if (!start || !end) return false;
  if ("date" in start !== "date" in end) return true;
  if ("date" in start && "date" in end) return end.date <= start.date;
  if ("local" in start && "local" in end && start.zone === end.zone) return end.local < start.local;
  return false;
}
