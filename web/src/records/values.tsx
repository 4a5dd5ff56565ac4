// A field's value as it is read: in a list cell (short) or on a record page (whole).
import { Badge, type BadgeProps } from "@fluentui/react-components";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Schemas } from "../api/client";
import { resourceOf, type AnyRecord, type RecordRef } from "../api/records";
import { formatDate, formatFull, formatInstant, formatMoney, formatSpan, formatWhen, type When } from "../format";
import { IconAttach, IconRepeat } from "../icons";
import { texts } from "../texts";
import { Face } from "../ui/face";
import { recurrenceText } from "./recurrence-text";

const TONES: Record<string, BadgeProps["color"]> = {
  new: "informative",
  contacted: "informative",
  qualified: "brand",
  converted: "success",
  unqualified: "subtle",
  prospecting: "informative",
  qualification: "informative",
  proposal: "brand",
  negotiation: "brand",
  won: "success",
  lost: "subtle",
  open: "brand",
  waiting: "warning",
  resolved: "success",
  closed: "subtle",
  urgent: "danger",
  high: "warning",
  in_progress: "brand",
  completed: "success",
};

export function choiceText(value: string): string {
  return texts.choices[value] ?? value;
}

export function ChoiceBadge({ value }: { value: string }) {
  return (
    <Badge appearance="tint" color={TONES[value] ?? "informative"} shape="rounded" className="choice">
      {choiceText(value)}
    </Badge>
  );
}

export function RecordLink({ value, face }: { value: RecordRef; face?: boolean }) {
  return (
    <Link to="/$resource/$id" params={{ resource: resourceOf(value.type), id: value.id }} className="ref" onClick={(event) => event.stopPropagation()}>
      {face && <Face name={value.name} type={value.type} size={20} />}
      <span>{value.name || texts.words.unnamed}</span>
    </Link>
  );
}

export function mailName(address: Schemas["MailAddress"] | null | undefined): string {
  return address ? address.name || address.address : "";
}

// Only what a browser may open; anything else of a stranger's record is shown as text.
export function safeUrl(url: string): string | undefined {
  const candidate = /^[a-z][a-z0-9+.-]*:/i.test(url) ? url : `https://${url}`;
  try {
    const parsed = new URL(candidate);
    return parsed.protocol === "https:" || parsed.protocol === "http:" ? parsed.href : undefined;
  } catch {
    return undefined;
  }
}

function addressLines(address: Schemas["Address"]): string[] {
  const place = [address.postal_code, address.city].filter(Boolean).join(" ");
  return [address.street, place, address.state, address.country].filter((line): line is string => Boolean(line));
}

function isPast(date: string): boolean {
  return date < new Date().toISOString().slice(0, 10);
}

function Instant({ at }: { at: string }) {
  return (
    <time dateTime={at} title={formatFull(at)}>
      {formatInstant(at)}
    </time>
  );
}

// One line at most.
export function Cell({ field, record }: { field: string; record: AnyRecord }): ReactNode {
  const value = record[field];
  if (value === null || value === undefined || value === "") return null;
  switch (field) {
    case "owner":
      return (value as Schemas["UserRef"]).name;
    case "changed_at":
    case "created_at":
    case "received_at":
      return <Instant at={value as string} />;
    case "status":
    case "stage":
    case "priority":
    case "direction":
      return <ChoiceBadge value={value as string} />;
    case "importance":
      return value === "normal" ? null : <ChoiceBadge value={value as string} />;
    case "show_as":
      return choiceText(value as string);
    case "due":
    case "close_date": {
      const over = isPast(value as string) && !["completed", "won", "lost"].includes(String(record.status ?? record.stage));
      return <span className={over ? "overdue" : undefined}>{formatDate(value as string)}</span>;
    }
    case "amount":
      return formatMoney(value as string, record.currency as string | null);
    case "probability":
      return `${String(value)} %`;
    case "organisation":
    case "person":
      return <RecordLink value={value as RecordRef} />;
    case "related":
      return (value as RecordRef[]).length > 0 ? <RecordLink value={(value as RecordRef[])[0]} /> : null;
    case "start":
      if (typeof value === "string") return formatDate(value);
      return (
        <>
          {formatSpan(value as When, record.end as When)}
          {record.recurrence ? <IconRepeat className="cell-icon" aria-label={texts.fields.recurrence} /> : null}
        </>
      );
    case "attendees": {
      const attendees = value as Schemas["Attendee"][];
      return attendees.map((attendee) => attendee.name || attendee.address).join(", ");
    }
    case "organizer":
    case "from":
      return mailName(value as Schemas["MailAddress"]);
    case "to":
      return (value as Schemas["MailAddress"][]).map(mailName).join(", ");
    case "address":
      return addressLines(value as Schemas["Address"]).join(", ");
    default:
      return Array.isArray(value) ? value.map(String).join(", ") : String(value);
  }
}

// The column that names the record and leads to it.
export function NameCell({ record, field }: { record: AnyRecord; field: string }) {
  if (record.type === "email" && field === "subject")
    return (
      <span className="mail-cell">
        <span className="mail-cell-subject">{String(record.subject || texts.words.noSubject)}</span>
        {record.has_attachments ? <IconAttach className="cell-icon" aria-label={texts.fields.has_attachments} /> : null}
        <span className="mail-cell-preview">{String(record.preview ?? "")}</span>
      </span>
    );
  const done = record.type === "task" && record.status === "completed";
  return <span className={done ? "name-cell done" : "name-cell"}>{record.name || (field === "subject" ? texts.words.noSubject : texts.words.unnamed)}</span>;
}

export function Whole({ kind, value, record }: { kind: string; value: unknown; record: AnyRecord }): ReactNode {
  if (value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0)) return null;
  switch (kind) {
    case "longtext":
      return <span className="long-text">{String(value)}</span>;
    case "emails":
      return (
        <ul className="plain">
          {(value as string[]).map((address) => (
            <li key={address}>{address}</li>
          ))}
        </ul>
      );
    case "phones":
      return (
        <ul className="plain">
          {(value as string[]).map((phone) => (
            <li key={phone}>
              <a href={`tel:${phone.replace(/[^+\d]/g, "")}`}>{phone}</a>
            </li>
          ))}
        </ul>
      );
    case "phone":
      return <a href={`tel:${String(value).replace(/[^+\d]/g, "")}`}>{String(value)}</a>;
    case "url": {
      const href = safeUrl(String(value));
      return href ? (
        <a href={href} target="_blank" rel="noopener noreferrer">
          {String(value)}
        </a>
      ) : (
        String(value)
      );
    }
    case "domains":
      return (value as string[]).join(", ");
    case "address":
      return addressLines(value as Schemas["Address"]).map((line) => (
        <span key={line} className="line">
          {line}
        </span>
      ));
    case "date":
      return formatDate(String(value));
    case "instant":
      return <time dateTime={String(value)}>{formatFull(String(value))}</time>;
    case "choice":
      return <ChoiceBadge value={String(value)} />;
    case "money":
      return formatMoney(String(value), record.currency as string | null);
    case "percent":
      return `${String(value)} %`;
    case "record":
      return <RecordLink value={value as RecordRef} face />;
    case "related":
      return (
        <span className="refs">
          {(value as RecordRef[]).map((ref) => (
            <RecordLink key={ref.id} value={ref} face />
          ))}
        </span>
      );
    case "user":
      return <UserName user={value as Schemas["UserRef"]} />;
    case "users":
      return (
        <span className="refs">
          {(value as Schemas["UserRef"][]).map((user) => (
            <UserName key={user.id} user={user} />
          ))}
        </span>
      );
    case "when":
      return formatWhen(value as When);
    case "recurrence":
      return recurrenceText(value as Schemas["Recurrence"]);
    case "reminder":
      return `${String(value)} ${texts.forms.minutesBefore}`;
    case "attendee":
      return mailName(value as Schemas["MailAddress"]);
    case "attendees":
      return <Attendees attendees={value as Schemas["Attendee"][]} />;
    case "exceptions":
      return <Exceptions exceptions={value as Schemas["MeetingException"][]} />;
    default:
      return String(value);
  }
}

function UserName({ user }: { user: Schemas["UserRef"] }) {
  return (
    <span className="ref">
      <Face name={user.name} size={20} />
      <span>{user.name}</span>
    </span>
  );
}

const RESPONSE_TONES: Record<string, BadgeProps["color"]> = { accepted: "success", tentative: "warning", declined: "danger", none: "subtle" };

function Attendees({ attendees }: { attendees: Schemas["Attendee"][] }) {
  return (
    <ul className="plain attendees">
      {attendees.map((attendee) => (
        <li key={attendee.address}>
          <Face name={attendee.name || attendee.address} size={20} />
          <span className="attendee-name">
            {attendee.name || attendee.address}
            {attendee.name && <small>{attendee.address}</small>}
          </span>
          {attendee.type && attendee.type !== "required" && <small>{choiceText(attendee.type)}</small>}
          <Badge appearance="tint" size="small" color={RESPONSE_TONES[attendee.response ?? "none"]}>
            {choiceText(attendee.response ?? "none")}
          </Badge>
        </li>
      ))}
    </ul>
  );
}

function Exceptions({ exceptions }: { exceptions: Schemas["MeetingException"][] }) {
  return (
    <ul className="plain">
      {exceptions.map((exception) => (
        <li key={JSON.stringify(exception.original_start)}>
          {formatWhen(exception.original_start as When)}:{" "}
          {exception.cancelled
            ? texts.forms.cancelled
            : exception.start
              ? texts.forms.movedTo(formatSpan(exception.start as When, exception.end as When | undefined))
              : texts.forms.changedOccurrence}
        </li>
      ))}
    </ul>
  );
}
