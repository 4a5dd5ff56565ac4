// What a form holds, what of it changed, and what two people's changes mean for each other. No React here.
import type { Schemas } from "../api/client";
import type { AnyRecord, RecordRef } from "../api/records";
import { texts } from "../texts";
import type { When } from "../format";
import { endsBeforeStart } from "./span";
import { allFields, type FieldDef, type ResourceDef } from "./definitions";

// Values as the form edits them, by field name: the shapes of the API, with "" for empty text while typing.
export type Draft = Record<string, unknown>;
export type FieldErrors = Record<string, string>;

type Person = Schemas["UserRef"];

const LIST_KINDS = new Set(["emails", "phones", "domains", "attendees", "related", "users"]);

export function editable(def: ResourceDef): FieldDef[] {
  return allFields(def).filter((field) => !field.readOnly);
}

export function draftOf(def: ResourceDef, record: AnyRecord): Draft {
  return Object.fromEntries(editable(def).map((field) => [field.name, record[field.name] ?? (LIST_KINDS.has(field.kind) ? [] : null)]));
}

export function emptyDraft(def: ResourceDef, defaults: Draft): Draft {
  const draft: Draft = {};
  for (const field of editable(def)) draft[field.name] = defaults[field.name] ?? (LIST_KINDS.has(field.kind) ? [] : null);
  return draft;
}

function cleanText(value: unknown): string | null {
  const trimmed = typeof value === "string" ? value.trim() : "";
  return trimmed === "" ? null : trimmed;
}

// The value in the form in which it is compared and sent.
export function wireValue(field: FieldDef, value: unknown): unknown {
  switch (field.kind) {
    case "text":
    case "phone":
    case "url":
    case "date":
    case "instant":
    case "choice":
    case "money":
      return cleanText(value);
    case "longtext":
      return typeof value === "string" && value.trim() !== "" ? value : null;
    case "percent":
      return value === null || value === "" || value === undefined ? null : Number(value);
    case "reminder":
      return typeof value === "number" ? value : null;
    case "emails":
    case "phones":
    case "domains":
      return ((value as string[] | null) ?? []).map((entry) => entry.trim()).filter(Boolean);
    case "address": {
      const address = (value ?? {}) as Record<string, unknown>;
      const parts = ["street", "city", "state", "postal_code", "country"].map((part) => [part, cleanText(address[part])] as const);
      return parts.some(([, text]) => text) ? Object.fromEntries(parts) : null;
    }
    case "record":
    case "user":
      return (value as RecordRef | Person | null)?.id ?? null;
    case "related":
    case "users":
      return ((value as RecordRef[] | Person[] | null) ?? []).map((ref) => ref.id);
    case "attendees":
      return ((value as Schemas["Attendee"][] | null) ?? [])
        .filter((attendee) => attendee.address.trim())
        .map(({ address, name, type }) => ({ address: address.trim(), name: cleanText(name), type: type ?? "required" }));
    case "when":
    case "recurrence":
      return value ?? null;
    case "attendee":
    case "exceptions":
      return undefined;
  }
}

export function wireName(field: FieldDef): string {
  switch (field.kind) {
    case "record":
    case "user":
      return `${field.name}_id`;
    case "related":
      return "related_ids";
    case "users":
      return "watcher_ids";
    default:
      return field.name;
  }
}

// Member order does not count.
export function sameValue(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b);
}
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === "object" && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([x], [y]) => (x < y ? -1 : 1)))
      : inner,
  );
}

export function changedFields(def: ResourceDef, base: Draft, draft: Draft): FieldDef[] {
  return editable(def).filter((field) => !sameValue(wireValue(field, base[field.name]), wireValue(field, draft[field.name])));
}

// Only what changed: a field that is not in it stays untouched on the server.
export function patchOf(def: ResourceDef, base: Draft, draft: Draft): Record<string, unknown> {
  return Object.fromEntries(changedFields(def, base, draft).map((field) => [wireName(field), wireValue(field, draft[field.name])]));
}

// For a new record: everything that is set.
export function createBody(def: ResourceDef, draft: Draft): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  for (const field of editable(def)) {
    const value = wireValue(field, draft[field.name]);
    if (value !== null && value !== undefined && !(Array.isArray(value) && value.length === 0)) body[wireName(field)] = value;
  }
  return body;
}

const EMAIL = /^[^\s@<>",;]+@[^\s@<>",;]+\.[^\s@<>",;.]+$/;
export function isEmailAddress(text: string): boolean {
  return EMAIL.test(text.trim());
}

// What can be told before asking the server.
export function validate(def: ResourceDef, draft: Draft): FieldErrors {
  const errors: FieldErrors = {};
  for (const field of editable(def)) {
    const value = wireValue(field, draft[field.name]);
    if (field.required && (value === null || value === "")) errors[field.name] = texts.words.required;
    else if (field.kind === "emails") {
      const bad = (value as string[]).find((entry) => !isEmailAddress(entry));
      if (bad) errors[field.name] = texts.forms.invalidEmail(bad);
    } else if (field.kind === "attendees") {
      const bad = (value as Schemas["Attendee"][]).find((entry) => !isEmailAddress(entry.address));
      if (bad) errors[field.name] = texts.forms.invalidEmail(bad.address);
    } else if (field.kind === "money" && value !== null && !/^-?\d{1,15}(\.\d{1,4})?$/.test(value as string))
      errors[field.name] = texts.forms.invalidNumber;
    else if (field.kind === "percent" && value !== null && !(Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 100))
      errors[field.name] = texts.forms.invalidNumber;
  }
  if (def.type === "meeting" && !errors.end && endsBeforeStart(draft.start as When | null, draft.end as When | null)) errors.end = texts.forms.endBeforeStart;
  return errors;
}

// The server names members as they are sent ("emails[1]", "owner_id"); the form knows fields.
export function serverErrors(def: ResourceDef, errors: { field: string; detail: string }[]): FieldErrors {
  const known: FieldErrors = {};
  for (const { field, detail } of errors) {
    const member = field.replace(/[[.].*$/, "");
    const match = editable(def).find((entry) => wireName(entry) === member || entry.name === member);
    known[match?.name ?? member] = detail;
  }
  return known;
}

export interface Merge {
  draft: Draft; // theirs, with my changes laid over it
  both: FieldDef[]; // changed by both, differently: a person chooses
  onlyTheirs: FieldDef[]; // taken over
}

// `base` is what my editing began with.
export function mergeDrafts(def: ResourceDef, base: Draft, mine: Draft, theirs: Draft): Merge {
  const merged: Draft = { ...theirs };
  const both: FieldDef[] = [];
  const onlyTheirs: FieldDef[] = [];
  for (const field of editable(def)) {
    const was = wireValue(field, base[field.name]);
    const my = wireValue(field, mine[field.name]);
    const their = wireValue(field, theirs[field.name]);
    const changedByMe = !sameValue(was, my);
    const changedByThem = !sameValue(was, their);
    if (changedByMe) merged[field.name] = mine[field.name];
    if (changedByMe && changedByThem && !sameValue(my, their)) both.push(field);
    if (changedByThem && !changedByMe) onlyTheirs.push(field);
  }
  return { draft: merged, both, onlyTheirs };
}
