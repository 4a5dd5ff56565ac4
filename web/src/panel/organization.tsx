// One organization under Configuration: which one, and its sections.
import { Badge, Button, Select } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { lazy, Suspense, type ComponentType } from "react";
import { organizationsQuery, type Organization } from "../api/account";
import { panelQuery } from "../api/panel";
import { useUser } from "../api/session";
import { NotFoundPage } from "../pages/error-page";
import { texts } from "../texts";
import { ErrorState, LoadingRows } from "../ui/states";
import { useChooseDefault } from "./configuration-tab";
import { panel } from "./texts";

const words = panel.configuration;
export type SectionProps = { organization: Organization };
type Section = keyof typeof words.sections;
const SECTIONS: Record<Section, ComponentType<SectionProps>> = {
  users: lazy(() => import("./reference-users").then((file) => ({ default: file.ReferenceUsers }))),
  statistics: lazy(() => import("./statistics").then((file) => ({ default: file.Statistics }))),
  activity: lazy(() => import("./activity").then((file) => ({ default: file.Activity }))),
  details: lazy(() => import("./details").then((file) => ({ default: file.Details }))),
  customizations: lazy(() => import("./customizations").then((file) => ({ default: file.Customizations }))),
};

export function OrganizationSections() {
  const { id, section } = useParams({ strict: false }) as { id: string; section: string };
  const whole = useUser().role === "system_administrator";
  const navigate = useNavigate();
  const organizations = useQuery(organizationsQuery);
  const chosen = useQuery(panelQuery).data?.default_organization;
  const choose = useChooseDefault();
  if (organizations.isPending) return <LoadingRows rows={3} />;
  if (organizations.isError) return <ErrorState title={texts.errors.pageTitle} error={organizations.error} onRetry={() => void organizations.refetch()} />;
  const organization = organizations.data.items.find((each) => each.id === id);
  if (!organization || !(section in SECTIONS)) return <NotFoundPage />;
  const Shown = SECTIONS[section as Section];
  return (
    <>
      <div className="settings-bar">
        <Select aria-label={words.pick} value={id} onChange={(_, data) => void navigate({ to: "/start/configuration/mail-sync/configuration/$id/$section", params: { id: data.value, section } })}>
          {organizations.data.items.map((each) => (
            <option key={each.id} value={each.id}>
              {each.name}
            </option>
          ))}
        </Select>
        {chosen?.id === id ? (
          <Badge appearance="tint" color="brand">
            {words.default}
          </Badge>
        ) : (
          whole && (
            <Button size="small" appearance="subtle" disabledFocusable={choose.isPending} onClick={() => choose.mutate(id)}>
              {words.makeDefault}
            </Button>
          )
        )}
      </div>
      <nav className="settings-tabs panel-sections" aria-label={organization.name}>
        {(Object.keys(SECTIONS) as Section[]).map((each) => (
          <Link key={each} to="/start/configuration/mail-sync/configuration/$id/$section" params={{ id, section: each }} className="settings-tab" activeProps={{ "aria-current": "page" }}>
            {words.sections[each]}
          </Link>
        ))}
      </nav>
      <Suspense fallback={<LoadingRows rows={4} />}>
        <Shown key={id} organization={organization} />
      </Suspense>
    </>
  );
}
