// The left navigation.
import { CounterBadge } from "@fluentui/react-components";
import type { FluentIcon } from "@fluentui/react-icons";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { issuesQuery } from "../api/sync";
import type { Resource } from "../api/records";
import { useUser } from "../api/session";
import { setup } from "../configuration/texts";
import { IconIssue, IconIssueFilled, IconSettings, IconSettingsFilled, IconSync, IconSyncFilled } from "../icons";
import { RESOURCES } from "../records/definitions";
import { texts } from "../texts";

const GROUPS: { title?: string; resources: Resource[] }[] = [
  { title: texts.shell.crm, resources: ["people", "organisations", "leads", "opportunities", "cases"] },
  { title: texts.shell.activities, resources: ["tasks", "meetings"] },
  { resources: ["emails"] },
];

function Entry(props: { to: string; label: string; Icon: FluentIcon; IconActive: FluentIcon; exact?: boolean; count?: number }) {
  const { Icon, IconActive } = props;
  return (
    <li>
      <Link to={props.to} className="nav-link" activeOptions={{ exact: props.exact, includeSearch: false }} activeProps={{ "aria-current": "page" }}>
        {({ isActive }) => (
          <>
            {isActive ? <IconActive aria-hidden /> : <Icon aria-hidden />}
            <span className="nav-label">{props.label}</span>
            {props.count ? (
              <CounterBadge count={props.count} size="small" color="danger" overflowCount={99} aria-label={texts.shell.openIssues(props.count)} />
            ) : null}
          </>
        )}
      </Link>
    </li>
  );
}

export function Navigation() {
  const issues = useInfiniteQuery(issuesQuery({ state: "open" }));
  const administers = useUser().role !== "user";
  return (
    <nav className="nav" aria-label={texts.shell.navigation}>
      <Link to="/" className="nav-brand">
        <img src="/favicon.svg" alt="" width={28} height={28} />
        <span className="nav-label">{texts.product}</span>
      </Link>
      <div className="nav-scroll">
        <h2 className="nav-title">{texts.shell.start}</h2>
        <ul>
          <Entry to="/start/mail-sync" label={texts.shell.mailSync} Icon={IconSync} IconActive={IconSyncFilled} />
          <Entry to="/start/issues" label={texts.shell.issues} Icon={IconIssue} IconActive={IconIssueFilled} count={issues.data?.pages[0]?.total} />
          {administers && (
            <Entry to="/start/configuration" label={setup.configuration} Icon={IconSettings} IconActive={IconSettingsFilled} />
          )}
        </ul>
        {GROUPS.map((group) => (
          <div key={group.resources[0]}>
            {group.title ? <h2 className="nav-title">{group.title}</h2> : <div className="nav-gap" />}
            <ul>
              {group.resources.map((resource) => (
                <Entry
                  key={resource}
                  to={`/${resource}`}
                  label={texts.resources[resource].plural}
                  Icon={RESOURCES[resource].Icon}
                  IconActive={RESOURCES[resource].IconFilled}
                />
              ))}
            </ul>
          </div>
        ))}
      </div>
    </nav>
  );
}
