// What each resource is: its icon, columns, filters and form. Lists and record pages are made from this alone.
import type { FluentIcon } from "@fluentui/react-icons";
import type { AnyRecord, RecordType, Resource } from "../api/records";
import {
  IconCase,
  IconCaseFilled,
  IconEmail,
  IconEmailFilled,
  IconLead,
  IconLeadFilled,
  IconMeeting,
  IconMeetingFilled,
  IconOpportunity,
  IconOpportunityFilled,
  IconOrganisation,
  IconOrganisationFilled,
  IconPeople,
  IconPeopleFilled,
  IconTask,
  IconTaskFilled,
} from "../icons";

export type FieldKind =
  | "text"
  | "longtext"
  | "emails"
  | "phones"
  | "phone"
  | "domains"
  | "url"
  | "address"
  | "date"
  | "instant"
  | "choice"
  | "money"
  | "percent"
  | "record"
  | "related"
  | "user"
  | "users"
  | "when"
  | "recurrence"
  | "attendees"
  | "attendee"
  | "exceptions"
  | "reminder";

export interface FieldDef {
  name: string;
  kind: FieldKind;
  choices?: readonly string[];
  required?: boolean;
  readOnly?: boolean;
  target?: Resource; // record
  half?: boolean; // two of them share a row of the form
}

export interface Section {
  title: string; // key of texts.sections
  fields: FieldDef[];
}

export interface ColumnDef {
  field: string;
  width: number; // pixels; the first column takes what is left
  sort?: string;
  align?: "end";
}

export interface FilterDef {
  field: string;
  kind: "text" | "choice" | "date" | "number" | "user" | "flag";
  choices?: readonly string[];
}

export interface ResourceDef {
  resource: Resource;
  type: RecordType;
  Icon: FluentIcon;
  IconFilled: FluentIcon;
  sections: Section[];
  columns: ColumnDef[];
  defaultColumns: string[];
  defaultSort: string;
  filters: FilterDef[];
  subtitle: (record: AnyRecord) => string;
  creatable: boolean;
}

const text = (name: string, more: Partial<FieldDef> = {}): FieldDef => ({ name, kind: "text", ...more });
const choice = (name: string, choices: readonly string[], more: Partial<FieldDef> = {}): FieldDef => ({ name, kind: "choice", choices, ...more });
const half = { half: true };
const joined = (...parts: unknown[]) => parts.filter((part) => typeof part === "string" && part).join(" · ");
const nameOf = (ref: unknown) => (ref as { name?: string } | null)?.name ?? "";

const LEAD_STATUS = ["new", "contacted", "qualified", "unqualified", "converted"] as const;
export const STAGES = ["prospecting", "qualification", "proposal", "negotiation", "won", "lost"] as const;
const CASE_STATUS = ["new", "open", "waiting", "resolved", "closed"] as const;
const PRIORITIES = ["low", "normal", "high", "urgent"] as const;
const TASK_STATUS = ["not_started", "in_progress", "completed", "waiting", "deferred"] as const;
const IMPORTANCE = ["low", "normal", "high"] as const;
const SHOW_AS = ["free", "tentative", "busy", "away", "working_elsewhere"] as const;
const SENSITIVITY = ["normal", "personal", "private", "confidential"] as const;

const record: Section = {
  title: "record",
  fields: [
    { name: "owner", kind: "user" },
    { name: "watchers", kind: "users" },
  ],
};
const recordFilters: FilterDef[] = [
  { field: "owner_id", kind: "user" },
  { field: "watcher_id", kind: "user" },
  { field: "changed_at", kind: "date" },
  { field: "created_at", kind: "date" },
];
const recordColumns: ColumnDef[] = [
  { field: "owner", width: 150 },
  { field: "changed_at", width: 120, sort: "changed_at" },
  { field: "created_at", width: 120, sort: "created_at" },
];
const personName: Section = {
  title: "name",
  fields: [
    text("given_name", half),
    text("family_name", half),
    text("middle_name", half),
    text("title", half),
    text("suffix", half),
  ],
};

const people: ResourceDef = {
  resource: "people",
  type: "person",
  Icon: IconPeople,
  IconFilled: IconPeopleFilled,
  creatable: true,
  subtitle: (r) => joined(r.job_title, nameOf(r.organisation) || r.company),
  sections: [
    personName,
    {
      title: "contact",
      fields: [
        { name: "emails", kind: "emails" },
        { name: "business_phones", kind: "phones" },
        { name: "mobile_phone", kind: "phone" },
        { name: "web_page", kind: "url" },
      ],
    },
    {
      title: "work",
      fields: [
        { name: "organisation", kind: "record", target: "organisations" },
        text("company"),
        text("department", half),
        text("job_title", half),
      ],
    },
    { title: "address", fields: [{ name: "business_address", kind: "address" }] },
    record,
  ],
  columns: [
    { field: "name", width: 240, sort: "name" },
    { field: "emails", width: 240 },
    { field: "company", width: 190, sort: "company" },
    { field: "job_title", width: 170, sort: "job_title" },
    { field: "business_phones", width: 150 },
    { field: "mobile_phone", width: 150 },
    { field: "organisation", width: 180 },
    { field: "department", width: 150 },
    ...recordColumns,
  ],
  defaultColumns: ["name", "emails", "company", "job_title", "business_phones", "owner", "changed_at"],
  defaultSort: "name",
  filters: [
    { field: "name", kind: "text" },
    { field: "company", kind: "text" },
    { field: "department", kind: "text" },
    { field: "job_title", kind: "text" },
    { field: "email", kind: "text" },
    ...recordFilters,
  ],
};

const organisations: ResourceDef = {
  resource: "organisations",
  type: "organisation",
  Icon: IconOrganisation,
  IconFilled: IconOrganisationFilled,
  creatable: true,
  subtitle: (r) => joined(r.industry, (r.domains as string[] | undefined)?.[0]),
  sections: [
    {
      title: "about",
      fields: [text("name", { required: true }), text("industry"), { name: "domains", kind: "domains" }],
    },
    { title: "contact", fields: [{ name: "phone", kind: "phone" }, { name: "web_page", kind: "url" }] },
    { title: "address", fields: [{ name: "address", kind: "address" }] },
    { title: "notes", fields: [{ name: "description", kind: "longtext" }] },
    record,
  ],
  columns: [
    { field: "name", width: 280, sort: "name" },
    { field: "industry", width: 180, sort: "industry" },
    { field: "domains", width: 200 },
    { field: "phone", width: 160 },
    { field: "address", width: 220 },
    ...recordColumns,
  ],
  defaultColumns: ["name", "industry", "domains", "phone", "address", "owner", "changed_at"],
  defaultSort: "name",
  filters: [
    { field: "name", kind: "text" },
    { field: "domain", kind: "text" },
    { field: "industry", kind: "text" },
    ...recordFilters,
  ],
};

const leads: ResourceDef = {
  resource: "leads",
  type: "lead",
  Icon: IconLead,
  IconFilled: IconLeadFilled,
  creatable: true,
  subtitle: (r) => joined(r.job_title, r.company),
  sections: [
    { title: "name", fields: [text("given_name", half), text("family_name", half), text("company"), text("job_title")] },
    { title: "about", fields: [choice("status", LEAD_STATUS, half), text("source", half)] },
    {
      title: "contact",
      fields: [
        { name: "emails", kind: "emails" },
        { name: "business_phones", kind: "phones" },
        { name: "mobile_phone", kind: "phone" },
        { name: "web_page", kind: "url" },
      ],
    },
    { title: "notes", fields: [{ name: "description", kind: "longtext" }] },
    record,
  ],
  columns: [
    { field: "name", width: 240, sort: "name" },
    { field: "status", width: 130, sort: "status" },
    { field: "company", width: 200, sort: "company" },
    { field: "emails", width: 240 },
    { field: "source", width: 140 },
    { field: "job_title", width: 160 },
    ...recordColumns,
  ],
  defaultColumns: ["name", "status", "company", "emails", "source", "owner", "changed_at"],
  defaultSort: "-changed_at",
  filters: [
    { field: "status", kind: "choice", choices: LEAD_STATUS },
    { field: "name", kind: "text" },
    { field: "company", kind: "text" },
    { field: "email", kind: "text" },
    { field: "source", kind: "text" },
    ...recordFilters,
  ],
};

const opportunities: ResourceDef = {
  resource: "opportunities",
  type: "opportunity",
  Icon: IconOpportunity,
  IconFilled: IconOpportunityFilled,
  creatable: true,
  subtitle: (r) => joined(nameOf(r.organisation), nameOf(r.person)),
  sections: [
    {
      title: "sale",
      fields: [
        text("name", { required: true }),
        choice("stage", STAGES, half),
        { name: "close_date", kind: "date", ...half },
        { name: "amount", kind: "money", ...half },
        text("currency", half),
        { name: "probability", kind: "percent" },
      ],
    },
    {
      title: "about",
      fields: [
        { name: "organisation", kind: "record", target: "organisations" },
        { name: "person", kind: "record", target: "people" },
      ],
    },
    { title: "notes", fields: [{ name: "description", kind: "longtext" }] },
    record,
  ],
  columns: [
    { field: "name", width: 260, sort: "name" },
    { field: "stage", width: 140, sort: "stage" },
    { field: "amount", width: 130, sort: "amount", align: "end" },
    { field: "probability", width: 110, align: "end" },
    { field: "close_date", width: 130, sort: "close_date" },
    { field: "organisation", width: 190 },
    { field: "person", width: 170 },
    ...recordColumns,
  ],
  defaultColumns: ["name", "stage", "amount", "close_date", "organisation", "owner", "changed_at"],
  defaultSort: "close_date",
  filters: [
    { field: "stage", kind: "choice", choices: STAGES },
    { field: "name", kind: "text" },
    { field: "amount", kind: "number" },
    { field: "probability", kind: "number" },
    { field: "close_date", kind: "date" },
    ...recordFilters,
  ],
};

const cases: ResourceDef = {
  resource: "cases",
  type: "case",
  Icon: IconCase,
  IconFilled: IconCaseFilled,
  creatable: true,
  subtitle: (r) => joined(r.number, nameOf(r.organisation), nameOf(r.person)),
  sections: [
    {
      title: "request",
      fields: [
        text("subject", { required: true }),
        text("number", { readOnly: true }),
        choice("status", CASE_STATUS, half),
        choice("priority", PRIORITIES, half),
      ],
    },
    {
      title: "about",
      fields: [
        { name: "person", kind: "record", target: "people" },
        { name: "organisation", kind: "record", target: "organisations" },
      ],
    },
    { title: "notes", fields: [{ name: "description", kind: "longtext" }] },
    record,
  ],
  columns: [
    { field: "subject", width: 300, sort: "subject" },
    { field: "number", width: 110, sort: "number" },
    { field: "status", width: 120, sort: "status" },
    { field: "priority", width: 110, sort: "priority" },
    { field: "person", width: 180 },
    { field: "organisation", width: 190 },
    ...recordColumns,
  ],
  defaultColumns: ["subject", "number", "status", "priority", "person", "organisation", "owner", "changed_at"],
  defaultSort: "-changed_at",
  filters: [
    { field: "status", kind: "choice", choices: CASE_STATUS },
    { field: "priority", kind: "choice", choices: PRIORITIES },
    { field: "subject", kind: "text" },
    { field: "number", kind: "text" },
    ...recordFilters,
  ],
};

const tasks: ResourceDef = {
  resource: "tasks",
  type: "task",
  Icon: IconTask,
  IconFilled: IconTaskFilled,
  creatable: true,
  subtitle: () => "",
  sections: [
    {
      title: "task",
      fields: [
        text("subject", { required: true }),
        choice("status", TASK_STATUS, half),
        choice("importance", IMPORTANCE, half),
        { name: "body", kind: "longtext" },
      ],
    },
    {
      title: "time",
      fields: [
        { name: "start", kind: "date", ...half },
        { name: "due", kind: "date", ...half },
        { name: "completed_on", kind: "date", ...half },
        { name: "reminder_at", kind: "instant", ...half },
        { name: "recurrence", kind: "recurrence" },
      ],
    },
    { title: "about", fields: [{ name: "related", kind: "related" }] },
    record,
  ],
  columns: [
    { field: "subject", width: 320, sort: "subject" },
    { field: "status", width: 130, sort: "status" },
    { field: "due", width: 120, sort: "due" },
    { field: "importance", width: 120, sort: "importance" },
    { field: "start", width: 120 },
    { field: "related", width: 220 },
    ...recordColumns,
  ],
  defaultColumns: ["subject", "status", "due", "importance", "related", "owner", "changed_at"],
  defaultSort: "due",
  filters: [
    { field: "status", kind: "choice", choices: TASK_STATUS },
    { field: "importance", kind: "choice", choices: IMPORTANCE },
    { field: "due", kind: "date" },
    { field: "start", kind: "date" },
    { field: "subject", kind: "text" },
    ...recordFilters,
  ],
};

const meetings: ResourceDef = {
  resource: "meetings",
  type: "meeting",
  Icon: IconMeeting,
  IconFilled: IconMeetingFilled,
  creatable: true,
  subtitle: (r) => joined(r.location),
  sections: [
    {
      title: "meeting",
      fields: [text("subject", { required: true }), text("location")],
    },
    {
      title: "time",
      fields: [
        { name: "start", kind: "when", required: true },
        { name: "end", kind: "when", required: true },
        { name: "recurrence", kind: "recurrence" },
        { name: "exceptions", kind: "exceptions", readOnly: true },
        { name: "reminder_minutes", kind: "reminder" },
        choice("show_as", SHOW_AS, half),
        choice("sensitivity", SENSITIVITY, half),
      ],
    },
    {
      title: "people",
      fields: [
        { name: "organizer", kind: "attendee", readOnly: true },
        { name: "attendees", kind: "attendees" },
        { name: "online_url", kind: "url", readOnly: true },
      ],
    },
    { title: "notes", fields: [{ name: "body", kind: "longtext" }] },
    { title: "about", fields: [{ name: "related", kind: "related" }] },
    record,
  ],
  columns: [
    { field: "subject", width: 300, sort: "subject" },
    { field: "start", width: 270, sort: "start" },
    { field: "location", width: 150, sort: "location" },
    { field: "attendees", width: 170 },
    { field: "show_as", width: 130 },
    { field: "organizer", width: 180 },
    ...recordColumns,
  ],
  defaultColumns: ["subject", "start", "location", "attendees", "owner", "changed_at"],
  defaultSort: "-start",
  filters: [
    { field: "start", kind: "date" },
    { field: "subject", kind: "text" },
    { field: "location", kind: "text" },
    { field: "attendee", kind: "text" },
    { field: "show_as", kind: "choice", choices: SHOW_AS },
    ...recordFilters,
  ],
};

const emails: ResourceDef = {
  resource: "emails",
  type: "email",
  Icon: IconEmail,
  IconFilled: IconEmailFilled,
  creatable: false,
  subtitle: () => "",
  sections: [],
  columns: [
    { field: "from", width: 220, sort: "from" },
    { field: "subject", width: 420, sort: "subject" },
    { field: "to", width: 220 },
    { field: "direction", width: 110 },
    { field: "received_at", width: 120, sort: "received_at" },
    { field: "owner", width: 150 },
  ],
  defaultColumns: ["from", "subject", "to", "received_at"],
  defaultSort: "-received_at",
  filters: [
    { field: "participant", kind: "text" },
    { field: "from", kind: "text" },
    { field: "to", kind: "text" },
    { field: "subject", kind: "text" },
    { field: "direction", kind: "choice", choices: ["in", "out", "internal"] },
    { field: "has_attachments", kind: "flag" },
    { field: "received_at", kind: "date" },
    { field: "owner_id", kind: "user" },
  ],
};

export const RESOURCES: Record<Resource, ResourceDef> = {
  people,
  organisations,
  leads,
  opportunities,
  cases,
  tasks,
  meetings,
  emails,
};

export function isResource(name: string): name is Resource {
  return Object.hasOwn(RESOURCES, name);
}

export function allFields(def: ResourceDef): FieldDef[] {
  return def.sections.flatMap((section) => section.fields);
}
