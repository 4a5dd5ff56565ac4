import { describe, expect, it } from "vitest";
import type { PlanReport } from "../api/trust";
import { fieldText, planStateText, totalOf, valueText } from "./plan-parts";

const none = { created: 0, changed: 0, merged: 0, deleted: 0 };
const plan: PlanReport = {
  id: "1",
  purpose: "undo",
  mailbox: { id: "1", address: "ann@x.example", name: null },
  state: "ready",
  title: "",
  error: null,
  created_at: "2026-11-22T10:00:00Z",
  finished_at: null,
  kinds: [
    { kind: "email", to_crm: { ...none, created: 2 }, to_mailbox: { ...none, deleted: 1 }, parked: 3, skipped: { not_marked: 9 } },
    { kind: "task", to_crm: none, to_mailbox: none, parked: 0, skipped: {} },
  ],
  mails: 0,
  items_total: 6,
  shortened: false,
  target: null,
  run_id: null,
};

describe("a field's value, as a person reads it", () => {
  it.each([
    [null, ""],
    [true, "Yes"],
    [1200, "1,200"],
    ["not_started", "Not started"],
    ["two\nlines ", "two lines"],
    [["a@x.example", "b@x.example"], "a@x.example, b@x.example"],
    [{ address: "a@x.example", name: "Ann" }, "Ann (a@x.example)"],
    [{ local: "2026-12-01T09:30:00", zone: "Europe/London" }, "2026-12-01 09:30 Europe/London"],
    [{ date: "2026-12-01" }, "2026-12-01"],
    [{ street: "Harbour Road 1", city: "Bristol", country: null }, "Street: Harbour Road 1, City: Bristol"],
  ])("%j", (value, text) => expect(valueText(value)).toBe(text));
  it("names a field that it does not know", () => expect(fieldText("other_phones")).toBe("Other phones"));
});

describe("a plan", () => {
  it("counts what would be done, not what is left out", () => expect(totalOf(plan)).toBe(6));
  it("says that an undo waits for its confirmation", () => {
    expect(planStateText(plan)).toBe("Waits for your confirmation");
    expect(planStateText({ ...plan, purpose: "dry_run" })).toBe("Ready");
    expect(planStateText({ ...plan, state: "rejected" })).toBe("Discarded");
  });
});
