import { expect, test } from "vitest";
import { directionsWith, GROUPS, wayOf } from "./setting-fields";
import { customizations } from "./texts-customizations";

test("a direction is one of four ways, and changes alone", () => {
  const before = { email: { to_crm: true, to_mailbox: false }, task: { to_crm: true, to_mailbox: true } };
  expect(wayOf(before, "email")).toBe("to_crm");
  expect(wayOf(before, "task")).toBe("both");
  expect(wayOf(before, "meeting")).toBe("off");
  const after = directionsWith(before, "task", "to_mailbox");
  expect(wayOf(after, "task")).toBe("to_mailbox");
  expect(wayOf(after, "email")).toBe("to_crm");
  expect(before.task.to_crm).toBe(true);
});

test("every setting is shown once, with words", () => {
  const members = GROUPS.flatMap((group) => group.fields.map((field) => field.member));
  expect(new Set(members).size).toBe(members.length);
  expect([...members].sort()).toEqual(Object.keys(customizations.settings).sort());
});
