// Inputs of Email Configuration: a text, a secret that can be replaced and never read, and the text of a file.
import { Button, Field, Input, Textarea } from "@fluentui/react-components";
import { useRef, useState } from "react";
import type { EmailConfiguration } from "../api/email-configuration";
import { email } from "./email-texts";
import type { Draft, SecretName, TextName } from "./email-draft";
import type { FormProblem } from "./fields";

const LARGEST_FILE = 32 * 1024;

export interface Form {
  draft: Draft;
  saved: EmailConfiguration;
  set: (change: Partial<Draft>) => void;
  problem: FormProblem;
}

export function TextInput({ form, name, label, hint, required }: { form: Form; name: TextName; label: string; hint?: string; required?: boolean }) {
  const { draft, set, problem } = form;
  return (
    <Field label={label} hint={hint} required={required} validationMessage={problem.of(name)}>
      <Input value={draft.texts[name]} autoComplete="off" spellCheck={false} maxLength={500} onChange={(_, data) => set({ texts: { ...draft.texts, [name]: data.value } })} />
    </Field>
  );
}

export function SecretInput({ form, name, label, hint, file }: { form: Form; name: SecretName; label: string; hint?: string; file?: boolean }) {
  const { draft, saved, set, problem } = form;
  const mark = saved.secrets[name];
  const typed = draft.secrets[name];
  const put = (value: string | null) => set({ secrets: { ...draft.secrets, [name]: value } });
  const state = typed === null ? email.secretGone : mark ? email.secretSet(mark.set_at, mark.set_by) : email.secretMissing;
  const shown = typed ?? "";
  const named = mark ? email.replace(label) : label;
  return (
    <div className="email-secret">
      <Field label={named} hint={hint ? `${hint} ${state}` : state} validationMessage={problem.of(name)}>
        {file ? (
          <Textarea value={shown} rows={3} spellCheck={false} autoComplete="off" onChange={(_, data) => put(data.value)} />
        ) : (
          <Input type="password" value={shown} autoComplete="new-password" onChange={(_, data) => put(data.value)} />
        )}
      </Field>
      <span className="email-secret-actions">
        {file && <FileButton label={named} onText={put} />}
        {mark && (
          <Button size="small" appearance="subtle" onClick={() => put(typed === null ? "" : null)} aria-label={`${typed === null ? email.keep : email.takeAway}: ${label}`}>
            {typed === null ? email.keep : email.takeAway}
          </Button>
        )}
      </span>
    </div>
  );
}

// The text of a small file, put into the input beside it.
export function FileButton({ label, onText }: { label: string; onText: (text: string) => void }) {
  const chooser = useRef<HTMLInputElement>(null);
  const [tooLarge, setTooLarge] = useState(false);
  const read = async (file: File | undefined) => {
    if (!file) return;
    setTooLarge(file.size > LARGEST_FILE);
    if (file.size <= LARGEST_FILE) onText(await file.text());
  };
  return (
    <>
      <input ref={chooser} type="file" hidden onChange={(event) => void read(event.target.files?.[0]).finally(() => (event.target.value = ""))} />
      <Button size="small" onClick={() => chooser.current?.click()} aria-label={`${email.chooseFile}: ${label}`}>
        {email.chooseFile}
      </Button>
      {tooLarge && (
        <span role="alert" className="settings-count">
          {email.fileTooLarge}
        </span>
      )}
    </>
  );
}
