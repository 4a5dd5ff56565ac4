import { expect, it } from "vitest";
import { addDays, endFor } from "./span";

const at = (time: string, zone = "Europe/London") => ({ local: `2026-03-29T${time}:00`, zone });

it("the end follows a moved start by the clock on the wall", () => {
  expect(endFor(at("10:00"), at("14:30"), at("11:15"))).toEqual(at("15:45"));
});
it("changing the form changes both", () => {
  expect(endFor(at("10:00"), { date: "2026-03-29" }, at("11:00"))).toEqual({ date: "2026-03-30" });
  expect(endFor({ date: "2026-03-29" }, at("10:00"), { date: "2026-03-31" })).toEqual(at("11:00"));
});
it("an all-day meeting keeps its number of days", () => {
  expect(endFor({ date: "2026-02-26" }, { date: "2026-02-27" }, { date: "2026-02-28" })).toEqual({ date: "2026-03-01" });
  expect(addDays("2026-03-01", -1)).toBe("2026-02-28");
});
