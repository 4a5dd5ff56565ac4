// How a series repeats.
import { Field, Input, Select, ToggleButton } from "@fluentui/react-components";
import type { Schemas } from "../api/client";
import { texts } from "../texts";
import { FieldError } from "./inputs";
import { MONTHS, unitOf, WEEKDAYS } from "./recurrence-text";

type Rule = Schemas["Recurrence"];
type Pattern = Rule["pattern"];

// Members that a pattern does not use are left out, so that equal rules are equal.
export function ruleFor(pattern: Pattern, old: Rule | null, today: Date): Rule {
  const rule: Rule = { pattern, interval: old?.interval ?? 1, end: old?.end ?? "never" };
  if (rule.end === "until") rule.until = old?.until;
  if (rule.end === "count") rule.count = old?.count;
  if (pattern === "weekly" || pattern.endsWith("by_weekday")) rule.weekdays = old?.weekdays?.length ? old.weekdays : [today.getDay()];
  if (pattern === "weekly") rule.first_day_of_week = old?.first_day_of_week ?? 1;
  if (pattern.endsWith("by_weekday")) rule.week = old?.week ?? "first";
  if (pattern.endsWith("by_day")) rule.day_of_month = old?.day_of_month ?? today.getDate();
  if (pattern.startsWith("yearly")) rule.month = old?.month ?? today.getMonth() + 1;
  return rule;
}

export function RecurrenceInput(props: { value: Rule | null; error?: string; onChange: (value: Rule | null) => void }) {
  const { value: rule, onChange } = props;
  const number = (text: string, most: number) => Math.max(1, Math.min(most, Math.round(Number(text)) || 1));
  return (
    <fieldset className="group">
      <legend>{texts.fields.recurrence}</legend>
      <Select
        aria-label={texts.fields.recurrence}
        value={rule?.pattern ?? ""}
        onChange={(_, data) => onChange(data.value ? ruleFor(data.value as Pattern, rule, new Date()) : null)}
      >
        <option value="">{texts.forms.repeatNever}</option>
        {Object.entries(texts.forms.patterns).map(([pattern, label]) => (
          <option key={pattern} value={pattern}>
            {label}
          </option>
        ))}
      </Select>
      {rule && (
        <div className="form-grid recurrence">
          <Field label={`${texts.forms.every} (${texts.forms.units[unitOf(rule.pattern)]})`} className="half">
            <Input type="number" min={1} max={999} value={String(rule.interval)} onChange={(_, data) => onChange({ ...rule, interval: number(data.value, 999) })} />
          </Field>
          <Where rule={rule} onChange={onChange} />
          <Field label={texts.forms.ends} className="half">
            <Select
              value={rule.end}
              onChange={(_, data) => {
                const { until: _until, count: _count, ...rest } = rule;
                const end = data.value as Rule["end"];
                onChange({ ...rest, end, ...(end === "until" ? { until: new Date(Date.now() + 90 * 864e5).toISOString().slice(0, 10) } : end === "count" ? { count: 10 } : {}) });
              }}
            >
              <option value="never">{texts.forms.endNever}</option>
              <option value="until">{texts.forms.endUntil}</option>
              <option value="count">{texts.forms.endCount}</option>
            </Select>
          </Field>
          {rule.end === "until" && (
            <Field label={texts.forms.until} className="half">
              <Input type="date" value={rule.until ?? ""} onChange={(_, data) => data.value && onChange({ ...rule, until: data.value })} />
            </Field>
          )}
          {rule.end === "count" && (
            <Field label={texts.forms.times} className="half">
              <Input type="number" min={1} max={999} value={String(rule.count ?? 1)} onChange={(_, data) => onChange({ ...rule, count: number(data.value, 999) })} />
            </Field>
          )}
        </div>
      )}
      <FieldError error={props.error} />
    </fieldset>
  );
}

// On which days.
function Where({ rule, onChange }: { rule: Rule; onChange: (rule: Rule) => void }) {
  const toggle = (day: number) => {
    const days = rule.weekdays ?? [];
    const next = days.includes(day) ? days.filter((other) => other !== day) : [...days, day].sort();
    if (next.length > 0) onChange({ ...rule, weekdays: next });
  };
  return (
    <>
      {rule.week && (
        <Field label={texts.forms.week} className="half">
          <Select value={rule.week} onChange={(_, data) => onChange({ ...rule, week: data.value as Rule["week"] })}>
            {Object.entries(texts.forms.weeks).map(([week, label]) => (
              <option key={week} value={week}>
                {label}
              </option>
            ))}
          </Select>
        </Field>
      )}
      {rule.weekdays && (
        <div className="wide weekdays" role="group" aria-label={texts.forms.on}>
          {WEEKDAYS.map((name, day) => (
            <ToggleButton key={name} size="small" shape="circular" checked={rule.weekdays!.includes(day)} aria-label={name} onClick={() => toggle(day)}>
              {name.slice(0, 2)}
            </ToggleButton>
          ))}
        </div>
      )}
      {rule.day_of_month !== undefined && (
        <Field label={texts.forms.day} className="half">
          <Input
            type="number"
            min={1}
            max={31}
            value={String(rule.day_of_month)}
            onChange={(_, data) => onChange({ ...rule, day_of_month: Math.max(1, Math.min(31, Number(data.value) || 1)) })}
          />
        </Field>
      )}
      {rule.month !== undefined && (
        <Field label={texts.forms.month} className="half">
          <Select value={String(rule.month)} onChange={(_, data) => onChange({ ...rule, month: Number(data.value) })}>
            {MONTHS.map((name, index) => (
              <option key={name} value={index + 1}>
                {name}
              </option>
            ))}
          </Select>
        </Field>
      )}
    </>
  );
}
