// Start > Configuration > Email Integrations > Mail Sync: the first visit, then the tabs. Only for administrators.
import { Button, MessageBar, MessageBarBody } from "@fluentui/react-components";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { connectDatabase, panelQuery, type Panel } from "../api/panel";
import { useUser } from "../api/session";
import { setup } from "../configuration/texts";
import { IconDone, IconSync } from "../icons";
import { NotFoundPage } from "../pages/error-page";
import { texts } from "../texts";
import { useNotices } from "../ui/notice";
import { EmptyState, ErrorState, LoadingRows } from "../ui/states";
import { useTitle } from "../ui/title";
import { panel } from "./texts";

const words = panel.connect;
const TABS = [
  { to: "/start/configuration/mail-sync/users", label: panel.tabs.users },
  { to: "/start/configuration/mail-sync/configuration", label: panel.tabs.configuration },
  { to: "/start/configuration/mail-sync/databases", label: panel.tabs.databases },
] as const;

export function PanelFrame() {
  useTitle(panel.title);
  const user = useUser();
  const state = useQuery({ ...panelQuery, enabled: user.role !== "user" });
  const [confirmed, setConfirmed] = useState(true); // false between "Yes" and "Continue"
  if (user.role === "user") return <NotFoundPage />;
  if (state.isPending) return <LoadingRows rows={4} />;
  if (state.isError && !state.data) return <ErrorState title={texts.errors.pageTitle} error={state.error} onRetry={() => void state.refetch()} />;
  return (
    <div className="page settings-page panel-page">
      <header className="settings-head">
        <p className="settings-path" aria-label={setup.path}>
          {texts.shell.start} <span aria-hidden>›</span> <Link to="/start/configuration">{setup.configuration}</Link> <span aria-hidden>›</span> {panel.group} <span aria-hidden>›</span>
        </p>
        <h1>{panel.title}</h1>
        <p className="lead">{panel.lead}</p>
      </header>
      {!state.data.connected ? (
        <Connect onConnected={() => setConfirmed(false)} />
      ) : confirmed ? (
        <Tabs panelState={state.data} />
      ) : (
        <Confirmed onContinue={() => setConfirmed(true)} />
      )}
    </div>
  );
}

function Connect({ onConnected }: { onConnected: () => void }) {
  const whole = useUser().role === "system_administrator";
  const queries = useQueryClient();
  const notices = useNotices();
  const navigate = useNavigate();
  const connect = useMutation({
    mutationFn: connectDatabase,
    onSuccess: (now) => {
      onConnected();
      queries.setQueryData(panelQuery.queryKey, now);
    },
    onError: (error) => notices.failed(error),
  });
  if (!whole) return <EmptyState Icon={IconSync} title={panel.title} detail={words.askSystem} />;
  return (
    <div className="card panel-card">
      <EmptyState Icon={IconSync} title={words.question} detail={words.detail}>
        <Button onClick={() => void navigate({ to: "/start/configuration" })}>{words.no}</Button>
        <Button appearance="primary" disabledFocusable={connect.isPending} onClick={() => connect.mutate()}>
          {words.yes}
        </Button>
      </EmptyState>
    </div>
  );
}

function Confirmed({ onContinue }: { onContinue: () => void }) {
  const navigate = useNavigate();
  return (
    <div className="card panel-card">
      <EmptyState Icon={IconDone} title={words.doneTitle} detail={words.doneDetail}>
        <Button appearance="primary" onClick={() => (onContinue(), void navigate({ to: "/start/configuration/mail-sync/users" }))}>
          {words.continue}
        </Button>
      </EmptyState>
    </div>
  );
}

function Tabs({ panelState }: { panelState: Panel }) {
  return (
    <>
      <nav className="settings-tabs" aria-label={panel.title}>
        {TABS.map((tab) => (
          <Link key={tab.to} to={tab.to} className="settings-tab" activeProps={{ "aria-current": "page" }}>
            {tab.label}
          </Link>
        ))}
      </nav>
      {!panelState.licences.mail_sync && (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>
            {panel.moduleOff} <Link to="/start/configuration/account-settings/licenses-and-modules">{panel.licencesAndModules}</Link>.
          </MessageBarBody>
        </MessageBar>
      )}
      {!panelState.syncs && (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>{panel.notSyncing}</MessageBarBody>
        </MessageBar>
      )}
      <Outlet />
    </>
  );
}
