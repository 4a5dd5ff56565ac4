// The first moment of a day as the reader has it, "2026-11-22" or "" for none; `plus` days later.
export function dayStart(day: string, plus = 0): string | undefined {
  if (!day) return undefined;
  const [year, month, date] = day.split("-").map(Number);
  return new Date(year, month - 1, date + plus).toISOString();
}
