import { expect, it } from "vitest";
import { formatAgo, formatBytes, formatDuration, formatSpan, initials } from "./format";

it("an all-day span ends on the day before its end", () => {
  const year = new Date().getFullYear();
  expect(formatSpan({ date: `${year}-03-05` }, { date: `${year}-03-06` })).toBe("Mar 5");
  expect(formatSpan({ date: `${year}-03-05` }, { date: `${year}-03-08` })).toBe("Mar 5 – Mar 7");
});
it("a wall time is shown as written, with a zone that is not the reader's", () => {
  const year = new Date().getFullYear();
  const at = (time: string) => ({ local: `${year}-03-05T${time}:00`, zone: "Pacific/Apia" });
  expect(formatSpan(at("10:00"), at("11:30"))).toBe("Mar 5, 10:00 – 11:30 Pacific/Apia");
});
it("sizes, durations, distances", () => {
  expect([formatBytes(900), formatBytes(248122), formatBytes(5e6)]).toEqual(["900 B", "242 KB", "4.8 MB"]);
  expect([formatDuration(420), formatDuration(4200), formatDuration(125_000)]).toEqual(["420 ms", "4.2 s", "2 min 5 s"]);
  const now = new Date("2026-11-22T12:00:00Z");
  expect(formatAgo("2026-11-22T11:57:00Z", now)).toBe("3 minutes ago");
  expect(formatAgo("2026-11-22T12:01:00Z", now)).toBe("in 1 minute");
});
it("initials of any alphabet", () => {
  expect([initials("Ann Clark"), initials("Łukasz"), initials("josé (Madrid)"), initials("…")]).toEqual(["AC", "Ł", "JM", ""]);
});
