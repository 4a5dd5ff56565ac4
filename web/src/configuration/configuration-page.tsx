// Start > Configuration: what can be set up, by area. Only for administrators.
import { Link } from "@tanstack/react-router";
import { useUser } from "../api/session";
import { NotFoundPage } from "../pages/error-page";
import { panel } from "../panel/texts";
import { texts } from "../texts";
import { useTitle } from "../ui/title";
import { setup } from "./texts";

const AREAS = [
  {
    title: setup.accountSettings,
    lead: setup.lead,
    links: [
      { to: "/start/configuration/account-settings/users", label: setup.tabs.users },
      { to: "/start/configuration/account-settings/organizations", label: setup.tabs.organizations },
      { to: "/start/configuration/account-settings/licenses-and-modules", label: setup.tabs.licences },
      { to: "/start/configuration/account-settings/audit-log", label: setup.tabs.audit },
    ],
  },
  {
    title: panel.group,
    lead: panel.groupLead,
    links: [
      { to: "/start/configuration/mail-sync", label: panel.title },
      { to: "/start/configuration/mail-sync/network", label: panel.tabs.network },
    ],
  },
] as const;

export function ConfigurationPage() {
  useTitle(setup.configuration);
  if (useUser().role === "user") return <NotFoundPage />;
  return (
    <div className="page settings-page">
      <header className="settings-head">
        <p className="settings-path" aria-label={setup.path}>
          {texts.shell.start} <span aria-hidden>›</span>
        </p>
        <h1>{setup.configuration}</h1>
      </header>
      <div className="settings-areas">
        {AREAS.map((area) => (
          <section key={area.title} className="card settings-area" aria-labelledby={`area-${area.title.replace(/ /g, "-")}`}>
            <h2 id={`area-${area.title.replace(/ /g, "-")}`}>{area.title}</h2>
            <p className="settings-note">{area.lead}</p>
            <ul className="plain">
              {area.links.map((each) => (
                <li key={each.to}>
                  <Link to={each.to}>{each.label}</Link>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </div>
  );
}
