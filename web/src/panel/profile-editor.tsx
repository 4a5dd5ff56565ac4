// A profile is shown, changed or created: every setting with whether users may change it for themselves.
import { Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, Button, Checkbox, Field, Input, MessageBar, MessageBarBody, Select, Textarea } from "@fluentui/react-components";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { changeProfile, createProfile, profilesQuery, type Profile, type ProfileSettings } from "../api/panel";
import { problemOf } from "../configuration/fields";
import { texts } from "../texts";
import { useNotices } from "../ui/notice";
import { directionsWith, GROUPS, KINDS, WAYS, wayOf, type SettingField, type Way } from "./setting-fields";
import { customizations as words } from "./texts-customizations";

type Modes = Record<string, "allow" | "force">;
const MEMBERS = ["name", ...GROUPS.flatMap((group) => group.fields.map((field) => field.member))];

// `profile`: what is shown and changed, or what a new one begins as.
export function ProfileEditor({ profile, create, onClose }: { profile: Profile; create: boolean; onClose: () => void }) {
  const queries = useQueryClient();
  const notices = useNotices();
  const readOnly = !create && !profile.editable;
  const [name, setName] = useState(create ? words.copyOf(profile.name) : profile.name);
  const [settings, setSettings] = useState<ProfileSettings>(profile.settings);
  const [modes, setModes] = useState<Modes>(profile.modes);
  const save = useMutation({
    mutationFn: () => (create ? createProfile({ name, settings, modes }) : changeProfile(profile.id, { version: profile.version, name, settings, modes })),
    onSuccess: (saved) => {
      notices.done(words.saved(saved.name));
      for (const key of [profilesQuery.queryKey[0], "panel-users", "mailbox"]) void queries.invalidateQueries({ queryKey: [key] });
      onClose();
    },
  });
  const problem = problemOf(save.error, MEMBERS);
  const title = create ? words.createTitle : readOnly ? words.showTitle(profile.name) : words.editTitle(profile.name);
  return (
    <Dialog open onOpenChange={(_, data) => !data.open && onClose()}>
      <DialogSurface className="panel-editor">
        <form onSubmit={(event) => (event.preventDefault(), !readOnly && save.mutate())} noValidate>
          <DialogBody>
            <DialogTitle>{title}</DialogTitle>
            <DialogContent className="stack panel-editor-content">
              {problem.rest && (
                <MessageBar intent="error" layout="multiline" role="alert">
                  <MessageBarBody>{problem.rest}</MessageBarBody>
                </MessageBar>
              )}
              {readOnly ? <p>{words.settingsFile}</p> : null}
              {!readOnly && (
                <Field label={words.name} validationMessage={problem.of("name")}>
                  <Input value={name} autoComplete="off" onChange={(_, data) => setName(data.value)} />
                </Field>
              )}
              {!create && profile.editable && profile.users > 0 && <p className="settings-note">{words.spread(profile.users)}</p>}
              {GROUPS.map((group) => (
                <fieldset key={group.title} className="panel-group" disabled={readOnly}>
                  <legend>{group.title}</legend>
                  {group.fields.map((field) => (
                    <div key={field.member} className="panel-setting">
                      <Setting field={field} settings={settings} problem={problem.of(field.member)} onChange={(more) => setSettings({ ...settings, ...more })} />
                      {!readOnly && <Mode label={words.settings[field.member]} mode={modes[field.member] ?? "allow"} onChange={(mode) => setModes({ ...modes, [field.member]: mode })} />}
                    </div>
                  ))}
                </fieldset>
              ))}
            </DialogContent>
            <DialogActions>
              <Button onClick={onClose}>{readOnly ? words.close : texts.words.cancel}</Button>
              {!readOnly && (
                <Button type="submit" appearance="primary" disabledFocusable={save.isPending}>
                  {words.save}
                </Button>
              )}
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}

function Mode({ label, mode, onChange }: { label: string; mode: "allow" | "force"; onChange: (mode: "allow" | "force") => void }) {
  return (
    <Select className="panel-mode" aria-label={words.mode(label)} value={mode} onChange={(_, data) => onChange(data.value as "allow" | "force")}>
      <option value="allow">{words.modes.allow}</option>
      <option value="force">{words.modes.force}</option>
    </Select>
  );
}

interface SettingProps {
  field: SettingField;
  settings: ProfileSettings;
  problem?: string;
  onChange: (more: ProfileSettings) => void;
}

function Setting({ field, settings, problem, onChange }: SettingProps) {
  const label = words.settings[field.member];
  const value = settings[field.member];
  const hint = words.hints[field.member];
  const set = (next: unknown) => onChange({ [field.member]: next } as ProfileSettings);
  switch (field.kind) {
    case "flag":
      return <Checkbox label={label} checked={value === true} onChange={(_, data) => set(data.checked === true)} />;
    case "directions":
      return <DirectionsSetting directions={settings.directions} problem={problem} onChange={(directions) => onChange({ directions })} />;
    case "choice":
      return (
        <Field label={label} hint={hint} validationMessage={problem}>
          <Select value={String(value)} onChange={(_, data) => set(data.value)}>
            {Object.entries(field.choices).map(([each, text]) => (
              <option key={each} value={each}>
                {text}
              </option>
            ))}
          </Select>
        </Field>
      );
    case "number":
      return (
        <Field label={label} hint={hint} validationMessage={problem}>
          <Input type="number" min={field.least} max={field.most} value={value === undefined ? "" : String(value)} onChange={(_, data) => set(data.value === "" ? undefined : Number(data.value))} />
        </Field>
      );
    case "names":
      return (
        <Field label={label} hint={hint ?? words.namesHint} validationMessage={problem}>
          <Textarea resize="vertical" value={(value as string[] | undefined)?.join("\n") ?? ""} onChange={(_, data) => set(data.value.split("\n"))} onBlur={() => set(((value as string[] | undefined) ?? []).map((each) => each.trim()).filter(Boolean))} />
        </Field>
      );
    case "text":
      return (
        <Field label={label} hint={hint} validationMessage={problem}>
          <Input value={String(value ?? "")} autoComplete="off" onChange={(_, data) => set(data.value)} />
        </Field>
      );
  }
}

function DirectionsSetting({ directions, problem, onChange }: { directions: ProfileSettings["directions"]; problem?: string; onChange: (next: ProfileSettings["directions"]) => void }) {
  return (
    <div className="panel-directions">
      {KINDS.map((kind) => (
        <Field key={kind} label={words.kinds[kind]} validationMessage={kind === "email" ? problem : undefined}>
          <Select value={wayOf(directions, kind)} onChange={(_, data) => onChange(directionsWith(directions, kind, data.value as Way))}>
            {WAYS[kind].map((way) => (
              <option key={way} value={way}>
                {words.ways[way]}
              </option>
            ))}
          </Select>
        </Field>
      ))}
    </div>
  );
}
