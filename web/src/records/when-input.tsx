// A meeting's start or end: all day, a wall time in a zone, or a floating wall time. Nothing is converted.
import { Checkbox, Combobox, Field, Input, Option } from "@fluentui/react-components";
import { useState } from "react";
import { ownZone, type When } from "../format";
import { addDays } from "./span";
import { texts } from "../texts";
import { FieldError } from "./inputs";

const ZONES: string[] = typeof Intl.supportedValuesOf === "function" ? ["UTC", ...Intl.supportedValuesOf("timeZone")] : ["UTC", ownZone()];
const MOST_OPTIONS = 40;

function parts(when: When | null): { date: string; time: string; zone: string | undefined; allDay: boolean } {
  if (!when) return { date: "", time: "", zone: ownZone(), allDay: false };
  if ("date" in when) return { date: when.date, time: "", zone: ownZone(), allDay: true };
  return { date: when.local.slice(0, 10), time: when.local.slice(11, 16), zone: when.zone, allDay: false };
}

function build(date: string, time: string, zone: string | undefined, allDay: boolean): When | null {
  if (!date) return null;
  if (allDay) return { date };
  const local = `${date}T${time || "09:00"}:00`;
  return zone ? { local, zone } : { local };
}

// An all-day end is stored as the day after the last; people name the last day.
function shiftDay(when: When | null, days: number): When | null {
  return when && "date" in when ? { date: addDays(when.date, days) } : when;
}

export function WhenInput(props: { label: string; exclusive?: boolean; value: When | null; error?: string; onChange: (value: When | null) => void }) {
  const shown = props.exclusive ? shiftDay(props.value, -1) : props.value;
  const now = parts(shown);
  const [typed, setTyped] = useState<string>();
  const set = (change: Partial<typeof now>) => {
    const next = { ...now, ...change };
    const built = build(next.date, next.time, next.zone, next.allDay);
    props.onChange(props.exclusive ? shiftDay(built, 1) : built);
  };
  const search = (typed ?? "").toLowerCase().replace(/\s/g, "_");
  const zones = ZONES.filter((zone) => zone.toLowerCase().includes(search)).slice(0, MOST_OPTIONS);
  return (
    <fieldset className="group">
      <legend>{props.label}</legend>
      <div className="when">
        <Field label={texts.forms.date}>
          <Input type="date" value={now.date} onChange={(_, data) => set({ date: data.value })} />
        </Field>
        {!now.allDay && (
          <Field label={texts.forms.time}>
            <Input type="time" value={now.time} onChange={(_, data) => set({ time: data.value })} />
          </Field>
        )}
        {!now.allDay && (
          <Field label={texts.forms.zone} className="when-zone">
            <Combobox
              freeform
              value={typed ?? now.zone ?? texts.forms.floating}
              selectedOptions={[now.zone ?? ""]}
              onChange={(event) => setTyped(event.target.value)}
              onBlur={() => setTyped(undefined)}
              onOptionSelect={(_, data) => {
                setTyped(undefined);
                set({ zone: data.optionValue || undefined });
              }}
            >
              <Option value="" text={texts.forms.floating}>
                {texts.forms.floating}
              </Option>
              <>
                {zones.map((zone) => (
                  <Option key={zone} value={zone} text={zone}>
                    {zone}
                  </Option>
                ))}
              </>
            </Combobox>
          </Field>
        )}
        <Checkbox label={texts.forms.allDay} checked={now.allDay} onChange={(_, data) => set({ allDay: data.checked === true })} />
      </div>
      <FieldError error={props.error} />
    </fieldset>
  );
}
