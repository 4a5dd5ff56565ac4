// The form of a record: edits a draft, saves only what changed, and settles what somebody else changed meanwhile.
import { Button, Checkbox, MessageBar, MessageBarBody, MessageBarTitle, Spinner } from "@fluentui/react-components";
import { useMutation } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { ApiError, messageOf } from "../api/client";
import { createRecord, updateRecord, type AnyRecord } from "../api/records";
import type { When } from "../format";
import { texts } from "../texts";
import { useKeys } from "../ui/keys";
import { useLeaveGuard } from "../ui/leave-guard";
import { ConflictBar } from "./conflict-bar";
import type { FieldDef, ResourceDef } from "./definitions";
import { changedFields, createBody, draftOf, emptyDraft, mergeDrafts, patchOf, serverErrors, validate, type Draft, type FieldErrors, type Merge } from "./draft";
import { FieldInput } from "./inputs";
import { endFor } from "./span";

export interface RecordFormProps {
  def: ResourceDef;
  record?: AnyRecord; // absent: a new one
  defaults?: Draft;
  focusField?: string;
  onSaved: (record: AnyRecord) => void;
  onCancel: () => void;
}

// What the server would mail people about; everything else of a meeting is silent.
const MAILS = new Set(["subject", "start", "end", "location", "attendees", "recurrence", "body"]);
const ORGANISER_ONLY = new Set(["start", "end", "location", "attendees", "recurrence"]);

function useRecordForm({ def, record, defaults, onSaved }: RecordFormProps) {
  // What the editing began with; after a conflict, what the other one stored.
  const [base, setBase] = useState(record);
  const start = useMemo(() => (base ? draftOf(def, base) : emptyDraft(def, defaults ?? {})), [def, base, defaults]);
  const [draft, setDraft] = useState<Draft>(start);
  const [errors, setErrors] = useState<FieldErrors>({});
  const [merge, setMerge] = useState<Merge & { theirs: AnyRecord }>();
  const [sendUpdates, setSendUpdates] = useState(false);
  const finished = useRef(false); // saved or given up: leaving asks no more
  const changed = changedFields(def, start, draft);

  const save = useMutation({
    mutationFn: async () => {
      const updates = def.type === "meeting" && sendUpdates ? { send_updates: true } : {};
      if (!base) return createRecord(def.resource, { ...createBody(def, draft), ...updates });
      if (changed.length === 0) return base; // every choice fell to what the other one stored
      return updateRecord(def.resource, base.id, { version: base.version, ...patchOf(def, start, draft), ...updates });
    },
    onSuccess: (stored) => {
      finished.current = true;
      onSaved(stored);
    },
    onError: (error) => {
      if (!(error instanceof ApiError)) return;
      if (error.status === 422) setErrors(serverErrors(def, error.problem.errors ?? []));
      const theirs = error.status === 409 ? (error.problem.current as AnyRecord | undefined) : undefined;
      if (!theirs || typeof theirs.version !== "number") return;
      const merged = mergeDrafts(def, start, draft, draftOf(def, theirs));
      setMerge({ ...merged, theirs });
      setDraft(merged.draft);
      setBase(theirs);
    },
  });
  const submit = () => {
    const found = validate(def, draft);
    setErrors(found);
    if (Object.keys(found).length === 0 && !save.isPending) save.mutate();
    return found;
  };
  return {
    draft,
    changed,
    errors,
    merge,
    save,
    submit,
    finished,
    sendUpdates,
    setSendUpdates,
    set: (field: FieldDef, value: unknown) => {
      setDraft((old) => {
        const next = { ...old, [field.name]: value };
        if (def.type === "meeting" && field.name === "start") next.end = endFor(old.start as When | null, value as When | null, old.end as When | null);
        return next;
      });
      setErrors(({ [field.name]: _gone, ...rest }) => rest);
    },
  };
}

export function RecordForm(props: RecordFormProps) {
  const { def, record } = props;
  const form = useRecordForm(props);
  const { draft, changed, save, merge } = form;
  const root = useRef<HTMLFormElement>(null);
  const leaving = useLeaveGuard(() => changed.length > 0 && !form.finished.current);
  useEffect(() => {
    const wanted = props.focusField ? root.current?.querySelector<HTMLElement>(`[data-field="${props.focusField}"] :is(input, textarea, select)`) : undefined;
    (wanted ?? root.current?.querySelector<HTMLElement>("input, textarea, select"))?.focus();
  }, [props.focusField]);
  // What stands in the way is at the top of a form that may be scrolled away.
  const troubled = save.failureCount > 0 && save.isError;
  useEffect(() => {
    if (troubled) root.current?.querySelector(".fui-MessageBar")?.scrollIntoView({ block: "center" });
  }, [troubled, merge]);
  const cancel = () => {
    form.finished.current = true;
    props.onCancel();
  };
  const submit = () => {
    const first = Object.keys(form.submit())[0];
    if (first) root.current?.querySelector<HTMLElement>(`[data-field="${first}"] :is(input, textarea, select)`)?.focus();
  };
  useKeys({ "ctrl+s": submit, Escape: () => changed.length === 0 && cancel() });
  const elsewhere = def.type === "meeting" && record?.we_organise === false;
  const mails = def.type === "meeting" && !elsewhere && (draft.attendees as unknown[]).length > 0 && (!record || changed.some((field) => MAILS.has(field.name)));
  const unknownErrors = Object.entries(form.errors).filter(([name]) => !(name in draft));

  return (
    <form
      ref={root}
      className="record-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {merge ? (
        <ConflictBar def={def} merge={merge} draft={draft} onChoose={form.set} />
      ) : save.isError ? (
        <MessageBar intent="error" layout="multiline">
          <MessageBarBody>
            <MessageBarTitle>{texts.errors.savingTitle}</MessageBarTitle>
            {[messageOf(save.error), ...unknownErrors.map(([, detail]) => detail)].join(" ")}
          </MessageBarBody>
        </MessageBar>
      ) : null}
      {elsewhere && (
        <MessageBar intent="info" layout="multiline">
          <MessageBarBody>{texts.record.organisedElsewhere}</MessageBarBody>
        </MessageBar>
      )}
      {def.sections.map((section) => {
        const fields = section.fields.filter((field) => !field.readOnly && !(elsewhere && ORGANISER_ONLY.has(field.name)));
        if (fields.length === 0) return null;
        return (
          <section key={section.title} className="form-section" aria-label={texts.sections[section.title]}>
            <h2>{texts.sections[section.title]}</h2>
            <div className="form-grid">
              {fields.map((field) => (
                <div key={field.name} className={field.half ? "half" : "wide"} data-field={field.name}>
                  <FieldInput field={field} value={draft[field.name]} error={form.errors[field.name]} onChange={(value) => form.set(field, value)} />
                </div>
              ))}
            </div>
          </section>
        );
      })}
      <footer className="form-foot">
        {mails && (
          <Checkbox
            checked={form.sendUpdates}
            onChange={(_, data) => form.setSendUpdates(data.checked === true)}
            label={
              <>
                {texts.record.sendUpdates}
                <small className="hint">{texts.record.sendUpdatesHint}</small>
              </>
            }
          />
        )}
        <span className="form-count" aria-live="polite">
          {record && changed.length > 0 ? texts.record.unsaved(changed.length) : ""}
        </span>
        <Button onClick={cancel}>{changed.length > 0 ? texts.record.discard : texts.words.cancel}</Button>
        <Button
          type="submit"
          appearance="primary"
          title={texts.record.saveKeys}
          disabled={record !== undefined && changed.length === 0 && !merge}
          icon={save.isPending ? <Spinner size="tiny" /> : undefined}
        >
          {merge ? texts.record.conflict.saveAgain : texts.words.save}
        </Button>
      </footer>
      {leaving}
    </form>
  );
}
