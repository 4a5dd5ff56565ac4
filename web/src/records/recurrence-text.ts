// A series in words: "Every 2 weeks on Monday and Thursday, until 3 Dec".
import type { Schemas } from "../api/client";
import { formatDate } from "../format";
import { texts } from "../texts";

type Recurrence = Schemas["Recurrence"];

// 2023-01-01 was a Sunday.
export const WEEKDAYS = Array.from({ length: 7 }, (_, day) =>
  new Intl.DateTimeFormat("en", { weekday: "long", timeZone: "UTC" }).format(new Date(Date.UTC(2023, 0, 1 + day))),
);
export const MONTHS = Array.from({ length: 12 }, (_, month) =>
  new Intl.DateTimeFormat("en", { month: "long", timeZone: "UTC" }).format(new Date(Date.UTC(2023, month, 1))),
);
const list = new Intl.ListFormat("en", { type: "conjunction" });

export type Unit = keyof typeof texts.forms.units;
export function unitOf(pattern: Recurrence["pattern"]): Unit {
  return pattern.replace(/_.*/, "") as Unit;
}

export function recurrenceText(rule: Recurrence): string {
  const unit = texts.forms.units[unitOf(rule.pattern)];
  const every = rule.interval === 1 ? `Every ${unit.replace(/s$/, "")}` : `Every ${rule.interval} ${unit}`;
  const days = list.format((rule.weekdays ?? []).map((day) => WEEKDAYS[day]));
  const week = rule.week ? texts.forms.weeks[rule.week].toLowerCase() : "";
  const month = rule.month ? ` of ${MONTHS[rule.month - 1]}` : "";
  const on: Record<Recurrence["pattern"], string> = {
    daily: "",
    weekly: days && ` on ${days}`,
    monthly_by_day: ` on day ${rule.day_of_month ?? ""}`,
    monthly_by_weekday: ` on the ${week} ${days}`,
    yearly_by_day: ` on day ${rule.day_of_month ?? ""}${month}`,
    yearly_by_weekday: ` on the ${week} ${days}${month}`,
  };
  const end = rule.end === "until" && rule.until ? `, until ${formatDate(rule.until)}` : rule.end === "count" ? `, ${rule.count ?? 0} times` : "";
  return every + on[rule.pattern] + end;
}
