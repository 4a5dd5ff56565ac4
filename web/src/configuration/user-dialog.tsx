// Invite a user, or change one.
import { Checkbox, Field, Input, Select } from "@fluentui/react-components";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { changeUser, inviteUser, organizationsQuery, type AccountUser, type Organization, type Role, type UserInput, type UserLink } from "../api/account";
import { useUser } from "../api/session";
import { texts } from "../texts";
import { FormDialog } from "../ui/form-dialog";
import { useNotices } from "../ui/notice";
import { problemOf } from "./fields";
import { setup } from "./texts";

const words = setup.users;
const FIELDS = ["login", "name", "role", "organization_id", "administers"] as const;
const ROLES: Role[] = ["user", "organization_administrator", "system_administrator"];

export function UserDialog(props: { user?: AccountUser; onClose: () => void; onLink: (link: UserLink) => void }) {
  const organizations = useQuery(organizationsQuery);
  if (!organizations.data) return null;
  return <Form {...props} organizations={organizations.data.items} />;
}

function Form({ user, organizations, onClose, onLink }: { user?: AccountUser; organizations: Organization[]; onClose: () => void; onLink: (link: UserLink) => void }) {
  const me = useUser();
  const queries = useQueryClient();
  const notices = useNotices();
  const [input, setInput] = useState<UserInput>({
    login: user?.login ?? "",
    name: user?.name ?? "",
    role: user?.role ?? "user",
    organization_id: user?.organization.id ?? organizations[0]?.id ?? "",
    administers: user?.administers.map((each) => each.id) ?? [],
  });
  const set = (more: Partial<UserInput>) => setInput({ ...input, ...more });
  const whole = me.role === "system_administrator";
  const leads = input.role === "organization_administrator";
  const save = useMutation({
    mutationFn: async () => {
      if (!user) return onLink(await inviteUser({ ...input, administers: leads ? input.administers : [] }));
      const { name, organization_id } = input;
      await changeUser(user.id, whole ? { name, organization_id, role: input.role, ...(leads && { administers: input.administers }) } : { name, organization_id });
      notices.done(words.changed(name));
    },
    onSuccess: () => (void queries.invalidateQueries({ queryKey: ["account-users"] }), void queries.invalidateQueries({ queryKey: ["organizations"] }), onClose()),
  });
  const problem = problemOf(save.error, FIELDS);
  return (
    <FormDialog title={user ? words.editTitle(user.name) : words.inviteTitle} problem={problem.rest} submit={user ? texts.words.save : words.invite} busy={save.isPending} onSubmit={() => save.mutate()} onClose={onClose}>
      <Field label={words.login} hint={user ? undefined : words.loginHint} validationMessage={problem.of("login")}>
        <Input type="email" value={input.login} disabled={!!user} autoComplete="off" onChange={(_, data) => set({ login: data.value })} />
      </Field>
      <Field label={words.name} validationMessage={problem.of("name")}>
        <Input value={input.name} autoComplete="off" onChange={(_, data) => set({ name: data.value })} />
      </Field>
      <Field label={words.organization} validationMessage={problem.of("organization_id")}>
        <Select value={input.organization_id} onChange={(_, data) => set({ organization_id: data.value })}>
          {organizations.map((each) => (
            <option key={each.id} value={each.id}>
              {each.name}
            </option>
          ))}
        </Select>
      </Field>
      {whole && user?.id !== me.id && (
        <Field label={words.role} hint={setup.roleHints[input.role]} validationMessage={problem.of("role")}>
          <Select value={input.role} onChange={(_, data) => set({ role: data.value as Role })}>
            {ROLES.map((role) => (
              <option key={role} value={role}>
                {setup.roles[role]}
              </option>
            ))}
          </Select>
        </Field>
      )}
      {whole && leads && (
        <Field label={words.administers} validationMessage={problem.of("administers")}>
          <div role="group" className="settings-checks">
            {organizations.map((each) => (
              <Checkbox
                key={each.id}
                label={each.name}
                checked={input.administers.includes(each.id)}
                onChange={(_, data) => set({ administers: data.checked ? [...input.administers, each.id] : input.administers.filter((id) => id !== each.id) })}
              />
            ))}
          </div>
        </Field>
      )}
    </FormDialog>
  );
}
