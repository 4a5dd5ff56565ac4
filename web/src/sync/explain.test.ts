import { expect, it } from "vitest";
import type { Schemas } from "../api/client";
import { stepText } from "./explain";

const change: Schemas["Change"] = {
  id: "1",
  run_id: "r",
  mailbox: { id: "1", address: "ann@x.example", name: null },
  kind: "meeting",
  side: "crm",
  action: "create",
  state: "done",
  record: null,
  remote_id: null,
  fields: [{ name: "subject", before: null, after: "Site visit" }],
  cause: "new in the mailbox",
  rule: "category",
  outcome: null,
  at: "2026-11-22T10:00:00Z",
};
const step = (more: Partial<Schemas["Change"]>) => ({ at: change.at, words: "as stored: null → {}", change: { ...change, ...more } });

it("tells a change in plain words, without the fields as they are stored", () => {
  expect(stepText(step({}))).toBe("Created in the CRM (new in the mailbox; rule: category).");
  expect(stepText(step({ state: "refused", outcome: "the mailbox is full" }))).toBe("Refused: Created in the CRM (new in the mailbox; rule: category). The mailbox is full.");
  expect(stepText(step({ action: "give_up", side: "mailbox", cause: "", rule: "" }))).toBe("Give up, in the mailbox.");
  expect(stepText({ at: null, words: "Seen by a pass.", change: null })).toBe("Seen by a pass.");
});
