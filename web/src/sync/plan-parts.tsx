// Parts of a plan: its state, its numbers per kind and direction, its items field by field.
import { Badge, type BadgeProps } from "@fluentui/react-components";
import type { FieldChange, PlanCounts, PlanItem, PlanReport } from "../api/trust";
import { formatFull, formatNumber } from "../format";
import { RecordLink } from "../records/values";
import { texts } from "../texts";
import { trustTexts } from "../texts-trust";
import { reasonText } from "./sync-parts";

const words = trustTexts.plan;
const TONES: Record<PlanReport["state"], BadgeProps["color"]> = {
  running: "brand",
  ready: "success",
  waiting: "warning",
  approved: "brand",
  done: "success",
  rejected: "subtle",
  failed: "danger",
};

export function planStateText(plan: PlanReport): string {
  if (plan.purpose === "undo" && plan.state === "ready") return words.readyUndo;
  if (plan.purpose === "undo" && plan.state === "rejected") return words.discarded;
  return words.states[plan.state];
}

export function PlanState({ plan }: { plan: PlanReport }) {
  return (
    <Badge appearance="tint" size="large" className="choice" color={plan.purpose === "undo" && plan.state === "ready" ? "warning" : TONES[plan.state]}>
      {planStateText(plan)}
    </Badge>
  );
}

export function totalOf(plan: PlanReport): number {
  const side = (counts: PlanCounts) => counts.created + counts.changed + counts.merged + counts.deleted;
  return plan.kinds.reduce((sum, { to_crm, to_mailbox, parked }) => sum + side(to_crm) + side(to_mailbox) + parked, 0);
}

export function PlanNumbers({ plan }: { plan: PlanReport }) {
  return (
    <section className="card" aria-labelledby="plan-counts">
      <header className="card-head">
        <h2 id="plan-counts">{words.counts}</h2>
      </header>
      <div className="table-wrap" tabIndex={0} role="group" aria-labelledby="plan-counts">
        <table className="counts">
          <thead>
            <tr>
              <td />
              <th scope="colgroup" colSpan={4}>
                {texts.sync.toCrm}
              </th>
              <th scope="colgroup" colSpan={4}>
                {texts.sync.toMailbox}
              </th>
              <td colSpan={2} />
            </tr>
            <tr>
              <td />
              {["crm", "mailbox"].flatMap((side) =>
                [texts.sync.created, texts.sync.changed, words.merged, texts.sync.deleted].map((label) => (
                  <th key={`${side}${label}`} scope="col">
                    {label}
                  </th>
                )),
              )}
              <th scope="col">{words.parked}</th>
              <th scope="col">{texts.sync.skipped}</th>
            </tr>
          </thead>
          <tbody>
            {plan.kinds.map((kind) => (
              <tr key={kind.kind}>
                <th scope="row">{texts.sync.kinds[kind.kind]}</th>
                <Side counts={kind.to_crm} />
                <Side counts={kind.to_mailbox} />
                <td>{formatNumber(kind.parked)}</td>
                <td>
                  <Skipped reasons={kind.skipped} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className={plan.mails > 0 ? "plan-mails plan-mails-some" : "plan-mails"}>{plan.mails > 0 ? words.mails(plan.mails) : words.mailsNone}</p>
    </section>
  );
}

function Side({ counts }: { counts: PlanCounts }) {
  return (
    <>
      {[counts.created, counts.changed, counts.merged, counts.deleted].map((n, index) => (
        <td key={index} className={n === 0 ? "zero" : undefined}>
          {formatNumber(n)}
        </td>
      ))}
    </>
  );
}

function Skipped({ reasons }: { reasons: Record<string, number> }) {
  const total = Object.values(reasons).reduce((sum, n) => sum + n, 0);
  if (total === 0) return <>0</>;
  return (
    <details className="reasons">
      <summary>{formatNumber(total)}</summary>
      <ul>
        {Object.entries(reasons).map(([reason, n]) => (
          <li key={reason}>
            {reasonText(reason)}: {formatNumber(n)}
          </li>
        ))}
      </ul>
    </details>
  );
}

// A field's value in a line: what a person would read of it, not how it is stored.
export function valueText(value: unknown): string {
  if (value === null || value === undefined || value === "") return "";
  if (typeof value === "boolean") return value ? texts.choices.true : texts.choices.false;
  if (typeof value === "number") return formatNumber(value);
  if (typeof value === "string") {
    if (/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value)) return formatFull(value);
    return texts.choices[value] ?? value.replace(/\s+/g, " ").trim();
  }
  if (Array.isArray(value)) return value.map(valueText).filter(Boolean).join(", ");
  const members = value as Record<string, unknown>;
  if (typeof members.address === "string") return typeof members.name === "string" && members.name ? `${members.name} (${members.address})` : members.address;
  if (typeof members.local === "string") return [members.local.replace("T", " ").slice(0, 16), members.zone].filter(Boolean).join(" ");
  if (typeof members.date === "string") return members.date;
  return Object.entries(members)
    .map(([name, each]) => [fieldText(name), valueText(each)] as const)
    .filter(([, text]) => text)
    .map(([name, text]) => `${name}: ${text}`)
    .join(", ");
}

export function fieldText(name: string): string {
  return texts.fields[name] ?? texts.fields[name.replace(/_ids?$/, "")] ?? name.replace(/_/g, " ").replace(/^./, (first) => first.toUpperCase());
}

const LONGEST = 240;
const cut = (text: string) => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);

export function FieldTable({ fields, label, before: now = words.before, after: then = words.after }: { fields: FieldChange[]; label: string; before?: string; after?: string }) {
  return (
    <table className="field-changes" aria-label={label}>
      <thead>
        <tr>
          <td />
          <th scope="col">{now}</th>
          <th scope="col">{then}</th>
        </tr>
      </thead>
      <tbody>
        {fields.map(({ name, before, after }) => (
          <tr key={name}>
            <th scope="row">{fieldText(name)}</th>
            <td>{cut(valueText(before)) || <em>{words.empty}</em>}</td>
            <td>{cut(valueText(after)) || <em>{words.empty}</em>}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function PlanRow({ item }: { item: PlanItem }) {
  const title = item.title || item.record?.name || texts.words.unnamed;
  return (
    <li className={`plan-item plan-${item.action}`}>
      <div className="plan-line">
        <Badge appearance="tint" shape="rounded" className="choice" color={ACTION_TONES[item.action]}>
          {words.actionsIn[item.direction][item.action]}
        </Badge>
        <span className="plan-kind">{texts.sync.kinds[item.kind]}</span>
        {item.record ? <RecordLink value={{ ...item.record, name: title }} /> : <strong className="plan-title">{title}</strong>}
      </div>
      {item.note && <p className="plan-note">{item.note}</p>}
      {(item.cause || item.rule) && <p className="plan-why">{words.whyText((item.cause || words.why).replace(/^./, (first) => first.toUpperCase()), item.rule)}</p>}
      {item.fields.length > 0 && (
        <details className="plan-fields">
          <summary>{words.fields(item.fields.length)}</summary>
          <FieldTable fields={item.fields} label={title} />
        </details>
      )}
    </li>
  );
}

const ACTION_TONES: Record<PlanItem["action"], BadgeProps["color"]> = {
  create: "success",
  change: "brand",
  merge: "informative",
  delete: "danger",
  park: "warning",
  mail: "danger",
  keep: "subtle",
};
