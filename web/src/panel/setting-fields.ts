// The settings of a profile as people are shown them: in groups, each with its kind of input.
import type { ProfileSettings } from "../api/panel";
import { customizations as words } from "./texts-customizations";

export type Member = keyof ProfileSettings;
export type Kind = "email" | "contact" | "task" | "meeting";

export type SettingField =
  | { member: Member; kind: "text" | "flag" | "names" }
  | { member: Member; kind: "number"; least: number; most: number }
  | { member: Member; kind: "choice"; choices: Record<string, string> }
  | { member: "directions"; kind: "directions" };

const capture = words.choices.capture;
export const GROUPS: { title: string; fields: SettingField[] }[] = [
  {
    title: words.groups.sharing,
    fields: [
      { member: "category", kind: "text" },
      { member: "capture_emails", kind: "choice", choices: capture },
      { member: "capture_meetings", kind: "choice", choices: capture },
      { member: "share_whole_conversation", kind: "flag" },
      { member: "history_days", kind: "number", least: 0, most: 36500 },
      { member: "emails_shown", kind: "choice", choices: words.choices.shown },
      { member: "no_match", kind: "choice", choices: words.choices.no_match },
      { member: "max_attachment_mb", kind: "number", least: 0, most: 150 },
    ],
  },
  {
    title: words.groups.directions,
    fields: [
      { member: "directions", kind: "directions" },
      { member: "winner", kind: "choice", choices: words.choices.winner },
    ],
  },
  {
    title: words.groups.containers,
    fields: [
      { member: "included_folders", kind: "names" },
      { member: "excluded_folders", kind: "names" },
      { member: "included_contact_folders", kind: "names" },
      { member: "excluded_contact_folders", kind: "names" },
      { member: "contact_folder", kind: "text" },
      { member: "included_task_lists", kind: "names" },
      { member: "excluded_task_lists", kind: "names" },
    ],
  },
  {
    title: words.groups.windows,
    fields: [
      { member: "meeting_days_back", kind: "number", least: 0, most: 3650 },
      { member: "meeting_months_ahead", kind: "number", least: 1, most: 60 },
      { member: "completed_task_days", kind: "number", least: 0, most: 3650 },
    ],
  },
];

export const KINDS: Kind[] = ["email", "contact", "task", "meeting"];
export type Way = "both" | "to_crm" | "to_mailbox" | "off";
// Emails only ever go to the CRM; what is sent from there leaves through the mailbox by itself.
export const WAYS: Record<Kind, Way[]> = {
  email: ["to_crm", "off"],
  contact: ["both", "to_crm", "to_mailbox", "off"],
  task: ["both", "to_crm", "to_mailbox", "off"],
  meeting: ["both", "to_crm", "to_mailbox", "off"],
};

export function wayOf(directions: ProfileSettings["directions"], kind: Kind): Way {
  const { to_crm = false, to_mailbox = false } = directions?.[kind] ?? {};
  return to_crm && to_mailbox ? "both" : to_crm ? "to_crm" : to_mailbox ? "to_mailbox" : "off";
}

export function directionsWith(directions: ProfileSettings["directions"], kind: Kind, way: Way): ProfileSettings["directions"] {
  return { ...directions, [kind]: { to_crm: way === "both" || way === "to_crm", to_mailbox: way === "both" || way === "to_mailbox" } };
}
