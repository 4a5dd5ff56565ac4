// Who is invited. Answers come from the mailboxes and are only shown.
import { Button, Input, Select } from "@fluentui/react-components";
import type { Schemas } from "../api/client";
import { IconAdd, IconDismiss } from "../icons";
import { texts } from "../texts";
import { FieldError } from "./inputs";
import { choiceText } from "./values";

type Attendee = Schemas["Attendee"];

export function AttendeesInput(props: { value: Attendee[]; error?: string; onChange: (value: Attendee[]) => void }) {
  const { value, onChange } = props;
  const set = (index: number, change: Partial<Attendee>) => onChange(value.map((old, place) => (place === index ? { ...old, ...change } : old)));
  return (
    <fieldset className="group">
      <legend>{texts.fields.attendees}</legend>
      {value.map((attendee, index) => (
        <div key={index} className="group-row">
          <Input
            className="grow"
            type="email"
            aria-label={`${texts.fields.email} ${index + 1}`}
            placeholder={texts.fields.email}
            value={attendee.address}
            onChange={(_, data) => set(index, { address: data.value })}
          />
          <Input
            className="grow"
            aria-label={`${texts.fields.name} ${index + 1}`}
            placeholder={texts.fields.name}
            value={attendee.name ?? ""}
            onChange={(_, data) => set(index, { name: data.value })}
          />
          <Select aria-label={`${choiceText(attendee.type ?? "required")} ${index + 1}`} value={attendee.type ?? "required"} onChange={(_, data) => set(index, { type: data.value as Attendee["type"] })}>
            {["required", "optional", "resource"].map((type) => (
              <option key={type} value={type}>
                {choiceText(type)}
              </option>
            ))}
          </Select>
          <Button
            appearance="subtle"
            icon={<IconDismiss />}
            aria-label={texts.words.remove(attendee.name || attendee.address || texts.fields.attendee)}
            onClick={() => onChange(value.filter((_, place) => place !== index))}
          />
        </div>
      ))}
      <FieldError error={props.error} />
      <Button size="small" appearance="transparent" icon={<IconAdd />} className="group-add" onClick={() => onChange([...value, { address: "", name: null, type: "required" }])}>
        {texts.forms.addAttendee}
      </Button>
    </fieldset>
  );
}
