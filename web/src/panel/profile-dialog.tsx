// Which profile chosen users get.
import { Field, Select } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { profilesQuery } from "../api/panel";
import { FormDialog } from "../ui/form-dialog";
import { panel } from "./texts";

const words = panel.profileDialog;

export function ProfileDialog({ users, busy, onApply, onClose }: { users: number; busy: boolean; onApply: (id: string) => void; onClose: () => void }) {
  const profiles = useQuery(profilesQuery);
  const items = profiles.data?.items ?? [];
  const [id, setId] = useState("settings");
  return (
    <FormDialog title={words.title(users)} submit={words.submit} busy={busy || items.length === 0} narrow onSubmit={() => onApply(id)} onClose={onClose}>
      <Field label={words.label} hint={words.hint}>
        <Select value={id} onChange={(_, data) => setId(data.value)}>
          {items.map((each) => (
            <option key={each.id} value={each.id}>
              {each.name}
            </option>
          ))}
        </Select>
      </Field>
    </FormDialog>
  );
}
