// Account Settings > Organizations.
import { Button, Field, Input } from "@fluentui/react-components";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { addOrganization, organizationsQuery, removeOrganization, renameOrganization, type Organization } from "../api/account";
import { useUser } from "../api/session";
import { IconAdd } from "../icons";
import { texts } from "../texts";
import { Confirm } from "../ui/confirm";
import { FormDialog } from "../ui/form-dialog";
import { useNotices } from "../ui/notice";
import { ErrorState, LoadingRows } from "../ui/states";
import { useTitle } from "../ui/title";
import { email } from "./email-texts";
import { problemOf } from "./fields";
import { setup } from "./texts";

const words = setup.organizations;

export function OrganizationsPage() {
  useTitle(`${setup.tabs.organizations} · ${setup.accountSettings}`);
  const whole = useUser().role === "system_administrator";
  const organizations = useQuery(organizationsQuery);
  const queries = useQueryClient();
  const notices = useNotices();
  const [naming, setNaming] = useState<Organization | "new" | null>(null);
  const [removing, setRemoving] = useState<Organization | null>(null);
  const remove = useMutation({
    mutationFn: (organization: Organization) => removeOrganization(organization.id),
    onSuccess: (_, organization) => notices.done(words.removed(organization.name)),
    onError: (error) => notices.failed(error),
    onSettled: () => (setRemoving(null), void queries.invalidateQueries({ queryKey: ["organizations"] })),
  });
  if (organizations.isPending) return <LoadingRows rows={3} />;
  if (organizations.isError) return <ErrorState title={texts.errors.listTitle} error={organizations.error} onRetry={() => void organizations.refetch()} />;
  const items = organizations.data.items;
  return (
    <>
      <div className="settings-bar">
        <p className="settings-note">{words.lead}</p>
        <span className="spacer" />
        {whole && (
          <Button appearance="primary" icon={<IconAdd />} onClick={() => setNaming("new")}>
            {words.add}
          </Button>
        )}
      </div>
      <ul className="card settings-card settings-list plain">
        {items.map((each) => (
          <li key={each.id}>
            <strong>{each.name}</strong>
            <span className="settings-count">{words.users(each.users)}</span>
            <span className="spacer" />
            <Link to="/configuration/mail-sync/organizations/$id/email-configuration" params={{ id: each.id }} aria-label={`${email.open}: ${each.name}`}>
              {email.open}
            </Link>
            {whole && (
              <Button appearance="subtle" onClick={() => setNaming(each)} aria-label={`${words.rename}: ${each.name}`}>
                {words.rename}
              </Button>
            )}
            {whole && items.length > 1 && each.users === 0 && (
              <Button appearance="subtle" onClick={() => setRemoving(each)} aria-label={`${words.remove}: ${each.name}`}>
                {words.remove}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {naming && <NameDialog organization={naming === "new" ? undefined : naming} onClose={() => setNaming(null)} />}
      {removing && (
        <Confirm
          open
          title={words.removeTitle(removing.name)}
          detail={words.removeDetail}
          confirm={words.remove}
          busy={remove.isPending}
          onConfirm={() => remove.mutate(removing)}
          onCancel={() => setRemoving(null)}
        />
      )}
    </>
  );
}

function NameDialog({ organization, onClose }: { organization?: Organization; onClose: () => void }) {
  const queries = useQueryClient();
  const notices = useNotices();
  const [name, setName] = useState(organization?.name ?? "");
  const save = useMutation({
    mutationFn: () => (organization ? renameOrganization(organization.id, name) : addOrganization(name)),
    onSuccess: (saved) => {
      notices.done(organization ? words.renamed(saved.name) : words.added(saved.name));
      void queries.invalidateQueries({ queryKey: ["organizations"] });
      onClose();
    },
  });
  const problem = problemOf(save.error, ["name"]);
  return (
    <FormDialog title={organization ? words.renameTitle(organization.name) : words.addTitle} problem={problem.rest} submit={texts.words.save} busy={save.isPending} narrow onSubmit={() => save.mutate()} onClose={onClose}>
      <Field label={words.name} validationMessage={problem.of("name")}>
        <Input value={name} autoComplete="off" onChange={(_, data) => setName(data.value)} />
      </Field>
    </FormDialog>
  );
}
