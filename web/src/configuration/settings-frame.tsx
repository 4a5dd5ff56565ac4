// Start > Configuration > Account Settings: where one is, and the tabs. Only for administrators.
import { Link, Outlet } from "@tanstack/react-router";
import { useUser } from "../api/session";
import { NotFoundPage } from "../pages/error-page";
import { texts } from "../texts";
import { setup } from "./texts";

const TABS = [
  { to: "/start/configuration/account-settings/users", label: setup.tabs.users },
  { to: "/start/configuration/account-settings/organizations", label: setup.tabs.organizations },
  { to: "/start/configuration/account-settings/licenses-and-modules", label: setup.tabs.licences },
  { to: "/start/configuration/account-settings/audit-log", label: setup.tabs.audit },
] as const;

export function SettingsFrame() {
  const user = useUser();
  if (user.role === "user") return <NotFoundPage />;
  return (
    <div className="page settings-page">
      <header className="settings-head">
        <p className="settings-path" aria-label={setup.path}>
          {texts.shell.start} <span aria-hidden>›</span> <Link to="/start/configuration">{setup.configuration}</Link> <span aria-hidden>›</span>
        </p>
        <h1>{setup.accountSettings}</h1>
        <p className="lead">{setup.lead}</p>
      </header>
      <nav className="settings-tabs" aria-label={setup.accountSettings}>
        {TABS.map((tab) => (
          <Link key={tab.to} to={tab.to} className="settings-tab" activeProps={{ "aria-current": "page" }}>
            {tab.label}
          </Link>
        ))}
      </nav>
      <Outlet />
    </div>
  );
}
