// The Configuration tab: first asks for the default Organization, then leads to the one whose settings are shown.
import { Button, Field, Select } from "@fluentui/react-components";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Navigate } from "@tanstack/react-router";
import { useState } from "react";
import { organizationsQuery, type Organization } from "../api/account";
import { chooseDefaultOrganization, panelQuery } from "../api/panel";
import { useUser } from "../api/session";
import { IconOrganisation } from "../icons";
import { texts } from "../texts";
import { useNotices } from "../ui/notice";
import { EmptyState, ErrorState, LoadingRows } from "../ui/states";
import { panel } from "./texts";

const words = panel.configuration;

export function ConfigurationTab() {
  const whole = useUser().role === "system_administrator";
  const state = useQuery(panelQuery);
  const organizations = useQuery(organizationsQuery);
  if (state.isPending || organizations.isPending) return <LoadingRows rows={3} />;
  if (state.isError || organizations.isError) return <ErrorState title={texts.errors.pageTitle} error={state.error ?? organizations.error} onRetry={() => (void state.refetch(), void organizations.refetch())} />;
  const items = organizations.data.items;
  if (items.length === 0) return <EmptyState Icon={IconOrganisation} title={words.pick} detail={words.none} />;
  const chosen = items.find((each) => each.id === state.data.default_organization?.id);
  // Who administers only some organizations goes to the first of his, whatever the account's default is.
  const shown = chosen ?? (whole ? undefined : items[0]);
  if (shown) return <Navigate to="/start/configuration/mail-sync/configuration/$id/$section" params={{ id: shown.id, section: "users" }} replace />;
  return <ChooseDefault organizations={items} />;
}

function ChooseDefault({ organizations }: { organizations: Organization[] }) {
  const [id, setId] = useState(organizations[0].id);
  const choose = useChooseDefault();
  return (
    <form className="card settings-form" onSubmit={(event) => (event.preventDefault(), choose.mutate(id))}>
      <h2>{words.chooseTitle}</h2>
      <p className="settings-note">{words.chooseDetail}</p>
      <Field label={words.pick}>
        <Select value={id} onChange={(_, data) => setId(data.value)}>
          {organizations.map((each) => (
            <option key={each.id} value={each.id}>
              {each.name}
            </option>
          ))}
        </Select>
      </Field>
      <div>
        <Button type="submit" appearance="primary" disabledFocusable={choose.isPending}>
          {words.save}
        </Button>
      </div>
    </form>
  );
}

export function useChooseDefault() {
  const queries = useQueryClient();
  const notices = useNotices();
  return useMutation({
    mutationFn: chooseDefaultOrganization,
    onSuccess: (now) => {
      queries.setQueryData(panelQuery.queryKey, now);
      notices.done(words.saved(now.default_organization?.name ?? ""));
    },
    onError: (error) => notices.failed(error),
  });
}
