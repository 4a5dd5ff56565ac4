import { describe, expect, it } from "vitest";
import type { AnyRecord } from "../api/records";
import { RESOURCES } from "./definitions";
import { changedFields, createBody, draftOf, emptyDraft, mergeDrafts, patchOf, serverErrors, validate } from "./draft";

const actor = { kind: "user" as const, id: "u2", name: "Bob" };
const person = (more: object = {}): AnyRecord => ({
  id: "7",
  type: "person",
  name: "Ann Clark",
  version: 3,
  owner: { id: "u1", name: "Alice" },
  watchers: [],
  created_at: "2026-01-01T00:00:00Z",
  created_by: actor,
  changed_at: "2026-01-02T00:00:00Z",
  changed_by: actor,
  given_name: "Ann",
  family_name: "Clark",
  emails: ["ann@x.example"],
  business_phones: [],
  mobile_phone: "+44 1",
  business_address: null,
  organisation: { id: "9", type: "organisation", name: "Acme" },
  ...more,
});
const def = RESOURCES.people;
const base = draftOf(def, person());

describe("a patch", () => {
  it("holds nothing when nothing changed, not even after typing and taking back", () => {
    expect(patchOf(def, base, { ...base, given_name: " Ann ", emails: ["ann@x.example", ""] })).toEqual({});
  });
  it("holds only what changed; emptied text is cleared, a reference goes by its id", () => {
    const draft = { ...base, mobile_phone: "  ", job_title: "Buyer", organisation: null, watchers: [{ id: "u1", name: "Alice" }] };
    expect(patchOf(def, base, draft)).toEqual({ mobile_phone: null, job_title: "Buyer", organisation_id: null, watcher_ids: ["u1"] });
  });
  it("clears an address whose parts are all empty, and does not see the order of its parts as a change", () => {
    const home = { street: "1 Quay", city: "Leeds", state: null, postal_code: null, country: null };
    const was = draftOf(def, person({ business_address: home }));
    expect(patchOf(def, was, { ...was, business_address: { street: " ", city: "" } })).toEqual({ business_address: null });
    expect(patchOf(def, was, { ...was, business_address: { city: "Leeds", street: "1 Quay" } })).toEqual({});
  });
  it("sends attendees without their answers, which flow from the mailbox", () => {
    const meetings = RESOURCES.meetings;
    const empty = emptyDraft(meetings, {});
    const draft = { ...empty, attendees: [{ address: "a@x.example", name: "", type: "optional", response: "accepted" }, { address: " " }] };
    expect(patchOf(meetings, empty, draft)).toEqual({ attendees: [{ address: "a@x.example", name: null, type: "optional" }] });
  });
});

it("a new record sends what is set and nothing else", () => {
  const draft = { ...emptyDraft(def, {}), given_name: "Zoë", emails: ["z@x.example"], company: " " };
  expect(createBody(def, draft)).toEqual({ given_name: "Zoë", emails: ["z@x.example"] });
});

describe("merging with what somebody else stored", () => {
  const theirs = draftOf(def, person({ given_name: "Anna", mobile_phone: "+44 2", job_title: "CTO" }));
  it("keeps mine, takes over theirs, and asks only where both changed the same field differently", () => {
    const mine = { ...base, given_name: "Annie", company: "Acme", job_title: "CTO" };
    const merged = mergeDrafts(def, base, mine, theirs);
    expect(merged.both.map((field) => field.name)).toEqual(["given_name"]);
    expect(merged.onlyTheirs.map((field) => field.name)).toEqual(["mobile_phone"]);
    expect(merged.draft).toMatchObject({ given_name: "Annie", company: "Acme", job_title: "CTO", mobile_phone: "+44 2" });
    // What is saved next touches only what differs from theirs.
    expect(changedFields(def, theirs, merged.draft).map((field) => field.name)).toEqual(["given_name", "company"]);
  });
});

describe("validation", () => {
  it("names wrong addresses, missing names and bad amounts", () => {
    expect(validate(def, { ...base, emails: ["ann@x.example", "not one"] })).toHaveProperty("emails");
    expect(validate(RESOURCES.organisations, emptyDraft(RESOURCES.organisations, {}))).toHaveProperty("name");
    expect(validate(RESOURCES.opportunities, { ...emptyDraft(RESOURCES.opportunities, { name: "x" }), amount: "12,5" })).toHaveProperty("amount");
    expect(validate(def, base)).toEqual({});
  });
  it("refuses a meeting that ends before it starts, or in another form", () => {
    const meeting = emptyDraft(RESOURCES.meetings, { subject: "x", start: { local: "2026-03-01T10:00:00", zone: "UTC" } });
    expect(validate(RESOURCES.meetings, { ...meeting, end: { local: "2026-03-01T09:00:00", zone: "UTC" } })).toHaveProperty("end");
    expect(validate(RESOURCES.meetings, { ...meeting, end: { date: "2026-03-02" } })).toHaveProperty("end");
    expect(validate(RESOURCES.meetings, { ...meeting, end: { local: "2026-03-01T11:00:00", zone: "UTC" } })).toEqual({});
  });
  it("puts the server's words to the field they are about", () => {
    const errors = serverErrors(def, [
      { field: "emails[1]", detail: "no address" },
      { field: "owner_id", detail: "no such user" },
      { field: "version", detail: "odd" },
    ]);
    expect(errors).toEqual({ emails: "no address", owner: "no such user", version: "odd" });
  });
});
