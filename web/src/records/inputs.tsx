// The input of each kind of field. Composite ones are in their own files.
import { Button, Combobox, Field, Input, Option, Select, Textarea } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { useId, useState, type ReactNode } from "react";
import type { Schemas } from "../api/client";
import { listPage, usersQuery, type RecordRef, type RecordType, type Resource } from "../api/records";
import type { When } from "../format";
import { IconAdd, IconDismiss } from "../icons";
import { texts } from "../texts";
import { useDebounced } from "../ui/debounced";
import { AttendeesInput } from "./attendees-input";
import { RESOURCES, type FieldDef } from "./definitions";
import { RecurrenceInput } from "./recurrence-input";
import { choiceText } from "./values";
import { WhenInput } from "./when-input";

export interface InputProps {
  field: FieldDef;
  value: unknown;
  error?: string;
  onChange: (value: unknown) => void;
}

export function FieldInput(props: InputProps): ReactNode {
  const { field, value, error, onChange } = props;
  const label = texts.fields[field.name];
  const message = error ? { validationMessage: error, validationState: "error" as const } : {};
  const text = (value as string | null) ?? "";
  switch (field.kind) {
    case "text":
    case "phone":
    case "url":
    case "money":
      return (
        <Field label={label} required={field.required} {...message}>
          <Input
            value={text}
            name={field.name}
            type={field.kind === "phone" ? "tel" : "text"}
            inputMode={field.kind === "money" ? "decimal" : undefined}
            onChange={(_, data) => onChange(data.value)}
          />
        </Field>
      );
    case "longtext":
      return (
        <Field label={label} {...message}>
          <Textarea value={text} name={field.name} rows={5} resize="vertical" onChange={(_, data) => onChange(data.value)} />
        </Field>
      );
    case "date":
      return (
        <Field label={label} required={field.required} {...message}>
          <Input type="date" name={field.name} value={text} onChange={(_, data) => onChange(data.value)} />
        </Field>
      );
    case "instant":
      return (
        <Field label={label} {...message}>
          <Input type="datetime-local" name={field.name} value={toLocalInput(text)} onChange={(_, data) => onChange(fromLocalInput(data.value))} />
        </Field>
      );
    case "percent":
    case "reminder":
      return (
        <Field label={field.kind === "reminder" ? `${label} (${texts.forms.minutesBefore})` : `${label} (%)`} {...message}>
          <Input
            type="number"
            min={0}
            name={field.name}
            value={value === null || value === undefined ? "" : String(value)}
            onChange={(_, data) => onChange(data.value === "" ? null : Number(data.value))}
          />
        </Field>
      );
    case "choice":
      return (
        <Field label={label} {...message}>
          <Select name={field.name} value={text} onChange={(_, data) => onChange(data.value)}>
            {!text && <option value="">{texts.words.none}</option>}
            {field.choices!.map((entry) => (
              <option key={entry} value={entry}>
                {choiceText(entry)}
              </option>
            ))}
          </Select>
        </Field>
      );
    default:
      return <CompositeInput {...props} />;
  }
}

function CompositeInput({ field, value, error, onChange }: InputProps): ReactNode {
  switch (field.kind) {
    case "emails":
      return <ListInput field={field} type="email" add={texts.forms.addEmail} value={value as string[]} error={error} onChange={onChange} />;
    case "phones":
      return <ListInput field={field} type="tel" add={texts.forms.addPhone} value={value as string[]} error={error} onChange={onChange} />;
    case "domains":
      return <ListInput field={field} type="text" add={texts.forms.addDomain} value={value as string[]} error={error} onChange={onChange} />;
    case "address":
      return <AddressInput field={field} value={value as Schemas["Address"] | null} onChange={onChange} />;
    case "record":
      return <RecordInput field={field} value={value as RecordRef | null} error={error} onChange={onChange} />;
    case "related":
      return <RelatedInput field={field} value={value as RecordRef[]} error={error} onChange={onChange} />;
    case "user":
      return <UserInput field={field} value={value as Schemas["UserRef"] | null} error={error} onChange={onChange} />;
    case "users":
      return <UsersInput field={field} value={value as Schemas["UserRef"][]} error={error} onChange={onChange} />;
    case "when":
      return <WhenInput label={texts.fields[field.name]} exclusive={field.name === "end"} value={value as When | null} error={error} onChange={onChange} />;
    case "recurrence":
      return <RecurrenceInput value={value as Schemas["Recurrence"] | null} error={error} onChange={onChange} />;
    case "attendees":
      return <AttendeesInput value={value as Schemas["Attendee"][]} error={error} onChange={onChange} />;
    default:
      return null;
  }
}

// The input speaks local time; the API instants.
function toLocalInput(instant: string): string {
  if (!instant) return "";
  const at = new Date(instant);
  if (Number.isNaN(at.getTime())) return "";
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
function fromLocalInput(text: string): string | null {
  if (!text) return null;
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? null : at.toISOString().replace(/\.\d+Z$/, "Z");
}

export function FieldError({ error }: { error?: string }) {
  return error ? (
    <span className="field-error" role="alert">
      {error}
    </span>
  ) : null;
}

interface ListInputProps {
  field: FieldDef;
  type: "email" | "tel" | "text";
  add: string;
  value: string[];
  error?: string;
  onChange: (value: string[]) => void;
}

function ListInput({ field, type, add, value, error, onChange }: ListInputProps) {
  const label = texts.fields[field.name];
  const entries = value.length === 0 ? [""] : value;
  const set = (index: number, entry: string) => onChange(entries.map((old, place) => (place === index ? entry : old)));
  return (
    <fieldset className="group">
      <legend>{label}</legend>
      {entries.map((entry, index) => (
        <div key={index} className="group-row">
          <Input
            className="grow"
            type={type}
            name={`${field.name}[${index}]`}
            aria-label={entries.length > 1 ? `${label} ${index + 1}` : label}
            value={entry}
            onChange={(_, data) => set(index, data.value)}
          />
          {entries.length > 1 && (
            <Button appearance="subtle" icon={<IconDismiss />} aria-label={texts.words.remove(entry || label)} onClick={() => onChange(entries.filter((_, place) => place !== index))} />
          )}
        </div>
      ))}
      <FieldError error={error} />
      {entries.at(-1) !== "" && (
        <Button size="small" appearance="transparent" icon={<IconAdd />} className="group-add" onClick={() => onChange([...entries, ""])}>
          {add}
        </Button>
      )}
    </fieldset>
  );
}

const ADDRESS_PARTS = ["street", "postal_code", "city", "state", "country"] as const;

function AddressInput({ field, value, onChange }: { field: FieldDef; value: Schemas["Address"] | null; onChange: (value: unknown) => void }) {
  return (
    <fieldset className="group">
      <legend>{texts.fields[field.name]}</legend>
      <div className="form-grid">
        {ADDRESS_PARTS.map((part) => (
          <Field key={part} label={texts.fields[part]} className={part === "street" ? "wide" : "half"}>
            {part === "street" ? (
              <Textarea rows={2} value={value?.street ?? ""} onChange={(_, data) => onChange({ ...value, street: data.value })} />
            ) : (
              <Input value={value?.[part] ?? ""} onChange={(_, data) => onChange({ ...value, [part]: data.value })} />
            )}
          </Field>
        ))}
      </div>
    </fieldset>
  );
}

// Finds records by their names as one types.
function useMatches(resources: Resource[], text: string, open: boolean): RecordRef[] {
  const q = useDebounced(text.trim(), 200);
  return (
    useQuery({
      queryKey: ["choose", resources, q],
      queryFn: async ({ signal }) => {
        const pages = await Promise.all(resources.map((resource) => listPage(resource, { q, limit: resources.length > 1 ? 4 : 8 }, signal)));
        return pages.flatMap((page) => page.items.map(({ id, type, name }): RecordRef => ({ id, type, name })));
      },
      enabled: open,
      staleTime: 30_000,
    }).data ?? []
  );
}

interface RecordInputProps {
  field: FieldDef;
  value: RecordRef | null;
  error?: string;
  onChange: (value: RecordRef | null) => void;
}

function RecordInput({ field, value, error, onChange }: RecordInputProps) {
  const [text, setText] = useState<string>();
  const [open, setOpen] = useState(false);
  const matches = useMatches([field.target!], text ?? "", open);
  const label = texts.fields[field.name];
  return (
    <Field label={label} validationMessage={error} validationState={error ? "error" : undefined}>
      <Combobox
        clearable
        freeform
        placeholder={texts.forms.searchRecords(texts.resources[field.target!].plural)}
        value={text ?? value?.name ?? ""}
        selectedOptions={value ? [value.id] : []}
        onOpenChange={(_, data) => setOpen(data.open)}
        onChange={(event) => setText(event.target.value)}
        onBlur={() => setText(undefined)}
        onOptionSelect={(_, data) => {
          setText(undefined);
          onChange(matches.find((match) => match.id === data.optionValue) ?? null);
        }}
      >
        {matches.map((match) => (
          <Option key={match.id} value={match.id} text={match.name}>
            {match.name}
          </Option>
        ))}
        {matches.length === 0 && <Option disabled text="">{texts.forms.noRecords}</Option>}
      </Combobox>
    </Field>
  );
}

const RELATABLE: RecordType[] = ["person", "organisation", "lead", "opportunity", "case"];
const RELATABLE_RESOURCES = Object.values(RESOURCES)
  .filter((def) => RELATABLE.includes(def.type))
  .map((def) => def.resource);

function Chosen<T extends { id: string; name: string }>({ items, onChange }: { items: T[]; onChange: (items: T[]) => void }) {
  if (items.length === 0) return null;
  return (
    <div className="chosen">
      {items.map((item) => (
        <span key={item.id} className="pill">
          {item.name}
          <button type="button" aria-label={texts.words.remove(item.name)} onClick={() => onChange(items.filter((other) => other.id !== item.id))}>
            <IconDismiss aria-hidden />
          </button>
        </span>
      ))}
    </div>
  );
}

function RelatedInput({ field, value, error, onChange }: { field: FieldDef; value: RecordRef[]; error?: string; onChange: (value: RecordRef[]) => void }) {
  const [text, setText] = useState("");
  const [open, setOpen] = useState(false);
  const matches = useMatches(RELATABLE_RESOURCES, text, open).filter((match) => !value.some((ref) => ref.id === match.id));
  const label = texts.fields[field.name];
  return (
    <div>
      <Field label={label} validationMessage={error} validationState={error ? "error" : undefined}>
        <Combobox
          freeform
          placeholder={texts.forms.searchRecords(label)}
          value={text}
          selectedOptions={[]}
          onOpenChange={(_, data) => setOpen(data.open)}
          onChange={(event) => setText(event.target.value)}
          onOptionSelect={(_, data) => {
            const match = matches.find((entry) => entry.id === data.optionValue);
            if (match) onChange([...value, match]);
            setText("");
          }}
        >
          {matches.map((match) => (
            <Option key={match.id} value={match.id} text={match.name}>
              {match.name}
            </Option>
          ))}
          {matches.length === 0 && <Option disabled text="">{texts.forms.noRecords}</Option>}
        </Combobox>
      </Field>
      <Chosen items={value} onChange={onChange} />
    </div>
  );
}

function UserInput({ field, value, error, onChange }: { field: FieldDef; value: Schemas["UserRef"] | null; error?: string; onChange: (value: unknown) => void }) {
  const users = useQuery(usersQuery).data?.items ?? (value ? [value] : []);
  return (
    <Field label={texts.fields[field.name]} validationMessage={error} validationState={error ? "error" : undefined}>
      <Select value={value?.id ?? ""} onChange={(_, data) => onChange(users.find((user) => user.id === data.value) ?? null)}>
        <option value="">{texts.words.nobody}</option>
        {users.map((user) => (
          <option key={user.id} value={user.id}>
            {user.name}
          </option>
        ))}
      </Select>
    </Field>
  );
}

function UsersInput({ field, value, error, onChange }: { field: FieldDef; value: Schemas["UserRef"][]; error?: string; onChange: (value: unknown) => void }) {
  const users = useQuery(usersQuery).data?.items ?? [];
  const rest = users.filter((user) => !value.some((chosen) => chosen.id === user.id));
  const id = useId();
  return (
    <div>
      <Field label={texts.fields[field.name]} validationMessage={error} validationState={error ? "error" : undefined}>
        <Select id={id} value="" onChange={(_, data) => onChange([...value, ...rest.filter((user) => user.id === data.value)])}>
          <option value="">{texts.words.add}</option>
          {rest.map((user) => (
            <option key={user.id} value={user.id}>
              {user.name}
            </option>
          ))}
        </Select>
      </Field>
      <Chosen items={value} onChange={onChange} />
    </div>
  );
}
