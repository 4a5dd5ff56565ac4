// A record's fields as they are read. A click on a value begins editing it.
import { Button } from "@fluentui/react-components";
import type { AnyRecord } from "../api/records";
import { formatFull, formatAgo, formatSpan, type When } from "../format";
import { IconEdit } from "../icons";
import { texts } from "../texts";
import type { FieldDef, ResourceDef } from "./definitions";
import { Whole } from "./values";
import { useCompose } from "../mail/compose-context";

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
}

interface Props {
  def: ResourceDef;
  record: AnyRecord;
  onEdit?: (field?: string) => void; // absent: read only
}

export function Details({ def, record, onEdit }: Props) {
  return (
    <section className="card details" aria-labelledby="details-title">
      <header className="card-head">
        <h2 id="details-title">{texts.record.details}</h2>
        {onEdit && (
          <Button size="small" appearance="subtle" icon={<IconEdit />} onClick={() => onEdit()}>
            {texts.words.edit}
          </Button>
        )}
      </header>
      {def.sections.map((section) => (
        <div key={section.title} className="details-section">
          <h3>{texts.sections[section.title]}</h3>
          <dl>
            {section.fields.map((field) => (
              <Detail key={field.name} field={field} record={record} onEdit={onEdit} />
            ))}
          </dl>
        </div>
      ))}
      <p className="details-foot">
        <span title={formatFull(record.changed_at)}>{texts.record.changedBy(record.changed_by.name, formatAgo(record.changed_at))}</span>
        <span title={formatFull(record.created_at)}>{texts.record.createdBy(record.created_by.name, formatAgo(record.created_at))}</span>
      </p>
    </section>
  );
}

function Detail({ field, record, onEdit }: { field: FieldDef; record: AnyRecord; onEdit?: (field: string) => void }) {
  const compose = useCompose();
  const value = record[field.name];
  const empty = isEmpty(value);
  if (empty && (field.readOnly || !onEdit)) return null;
  // The end is read together with the start.
  if (field.kind === "when" && field.name === "end") return null;
  return (
    <div className="detail">
      <dt>{texts.fields[field.name]}</dt>
      <dd>
        {field.kind === "emails" && !empty ? (
          <ul className="plain">
            {(value as string[]).map((address) => (
              <li key={address}>
                <button type="button" className="as-link" onClick={() => compose.open({ to: [{ address, name: record.name }], recordId: record.id })}>
                  {address}
                </button>
              </li>
            ))}
          </ul>
        ) : field.kind === "when" && field.name === "start" ? (
          formatSpan(value as When, record.end as When)
        ) : (
          <Whole kind={field.kind} value={value} record={record} />
        )}
        {empty && onEdit && (
          <button type="button" className="detail-add" onClick={() => onEdit(field.name)} aria-label={`${texts.record.empty}: ${texts.fields[field.name]}`}>
            <span>{texts.record.empty}</span>
          </button>
        )}
        {!empty && onEdit && !field.readOnly && (
          <Button
            className="detail-edit"
            size="small"
            appearance="subtle"
            icon={<IconEdit />}
            aria-label={`${texts.words.edit}: ${texts.fields[field.name]}`}
            onClick={() => onEdit(field.name)}
          />
        )}
      </dd>
    </div>
  );
}
