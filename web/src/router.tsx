// Addresses of the application and the pages behind them.
import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, Outlet, redirect } from "@tanstack/react-router";
import { ErrorPage, NotFoundPage } from "./pages/error-page";
import { ListPage } from "./pages/list-page";
import { Shell } from "./pages/shell";

export interface ListSearch {
  q?: string;
  view?: string;
  sort?: string;
  filter?: string[];
}

const text = (value: unknown): string | undefined =>
  typeof value === "string" || typeof value === "number" ? String(value) || undefined : undefined;

// What an address may say; everything else in it is ignored. An empty filter list is kept: it says "none", not "the view's".
export function readListSearch(search: Record<string, unknown>): ListSearch {
  const read: ListSearch = {};
  if (typeof search.q === "string" || typeof search.q === "number") read.q = String(search.q);
  const view = text(search.view);
  if (view) read.view = view;
  const sort = text(search.sort);
  if (sort) read.sort = sort;
  if (Array.isArray(search.filter))
    read.filter = search.filter.filter((entry): entry is string => typeof entry === "string").slice(0, 20);
  return read;
}

const rootRoute = createRootRouteWithContext<{ queries: QueryClient }>()({
  component: Outlet,
  notFoundComponent: NotFoundPage,
});

const shellRoute = createRoute({ getParentRoute: () => rootRoute, id: "shell", component: Shell });

const homeRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/start/mail-sync" });
  },
});
const mailSyncRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/start/mail-sync",
  component: lazyRouteComponent(() => import("./pages/mail-sync-page"), "MailSyncPage"),
});
const mailboxRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/start/mail-sync/$id",
  component: lazyRouteComponent(() => import("./pages/mailbox-page"), "MailboxPage"),
});
const signedInRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/start/mail-sync/signed-in",
  validateSearch: (search: Record<string, unknown>): { outcome?: string } => {
    const outcome = text(search.outcome);
    return outcome ? { outcome } : {};
  },
  component: lazyRouteComponent(() => import("./pages/signed-in-page"), "SignedInPage"),
});
const preferencesRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/preferences/mail-sync",
  component: lazyRouteComponent(() => import("./pages/preferences-page"), "PreferencesPage"),
});
const planRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/start/mail-sync/$id/plans/$plan",
  component: lazyRouteComponent(() => import("./pages/plan-page"), "PlanPage"),
});
const configurationRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/start/configuration",
  component: lazyRouteComponent(() => import("./configuration/configuration-page"), "ConfigurationPage"),
});
const settingsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/start/configuration/account-settings",
  component: lazyRouteComponent(() => import("./configuration/settings-frame"), "SettingsFrame"),
});
const settingsHomeRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/start/configuration/account-settings/users" });
  },
});
const usersRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "/users",
  component: lazyRouteComponent(() => import("./configuration/users-page"), "UsersPage"),
});
const organizationsRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "/organizations",
  component: lazyRouteComponent(() => import("./configuration/organizations-page"), "OrganizationsPage"),
});
const licencesRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "/licenses-and-modules",
  component: lazyRouteComponent(() => import("./configuration/licences-page"), "LicencesPage"),
});
const auditRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "/audit-log",
  component: lazyRouteComponent(() => import("./configuration/audit-page"), "AuditPage"),
});
// Start > Configuration > Email Integrations > Mail Sync.
const panelRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/start/configuration/mail-sync",
  component: lazyRouteComponent(() => import("./panel/panel-frame"), "PanelFrame"),
});
const networkRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/start/configuration/mail-sync/network",
  component: lazyRouteComponent(() => import("./panel/network-page"), "NetworkPage"),
});
const panelHomeRoute = createRoute({
  getParentRoute: () => panelRoute,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/start/configuration/mail-sync/users" });
  },
});
const panelUsersRoute = createRoute({
  getParentRoute: () => panelRoute,
  path: "/users",
  component: lazyRouteComponent(() => import("./panel/users-tab"), "UsersTab"),
});
const panelConfigurationRoute = createRoute({
  getParentRoute: () => panelRoute,
  path: "/configuration",
  component: lazyRouteComponent(() => import("./panel/configuration-tab"), "ConfigurationTab"),
});
const panelOrganizationRoute = createRoute({
  getParentRoute: () => panelRoute,
  path: "/configuration/$id/$section",
  component: lazyRouteComponent(() => import("./panel/organization"), "OrganizationSections"),
});
const panelDatabasesRoute = createRoute({
  getParentRoute: () => panelRoute,
  path: "/databases",
  component: lazyRouteComponent(() => import("./panel/databases-tab"), "DatabasesTab"),
});
const emailConfigurationRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/configuration/mail-sync/organizations/$id/email-configuration",
  validateSearch: (search: Record<string, unknown>): { consent?: string } => {
    const consent = text(search.consent);
    return consent ? { consent } : {};
  },
  component: lazyRouteComponent(() => import("./configuration/email-configuration-page"), "EmailConfigurationPage"),
});
const signInPreferencesRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/preferences/sign-in",
  component: lazyRouteComponent(() => import("./configuration/sign-in-preferences"), "SignInPreferences"),
});
// Outside of the shell: nobody is signed in.
const welcomeRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/welcome",
  component: lazyRouteComponent(() => import("./configuration/welcome-page"), "WelcomePage"),
});
const issuesRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/start/issues",
  component: lazyRouteComponent(() => import("./pages/issues-page"), "IssuesPage"),
});
const emailRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/emails/$id",
  component: lazyRouteComponent(() => import("./pages/email-page"), "EmailPage"),
});
const listRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/$resource",
  validateSearch: readListSearch,
  component: ListPage,
});
const newRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/$resource/new",
  component: lazyRouteComponent(() => import("./pages/record-page"), "NewRecordPage"),
});
const recordRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/$resource/$id",
  component: lazyRouteComponent(() => import("./pages/record-page"), "RecordPage"),
});

const routeTree = rootRoute.addChildren([
  welcomeRoute,
  shellRoute.addChildren([
    configurationRoute,
    networkRoute,
    panelRoute.addChildren([panelHomeRoute, panelUsersRoute, panelConfigurationRoute, panelOrganizationRoute, panelDatabasesRoute]),
    settingsRoute.addChildren([settingsHomeRoute, usersRoute, organizationsRoute, licencesRoute, auditRoute]),
    emailConfigurationRoute,
    signInPreferencesRoute,
    homeRoute, mailSyncRoute, signedInRoute, mailboxRoute, planRoute, preferencesRoute, issuesRoute, emailRoute, listRoute, newRoute, recordRoute]),
]);

export function createAppRouter(queries: QueryClient) {
  return createRouter({
    routeTree,
    context: { queries },
    defaultNotFoundComponent: NotFoundPage,
    defaultErrorComponent: ErrorPage,
    defaultPreload: false,
    scrollRestoration: true,
    scrollToTopSelectors: ["#content"], // the page scrolls inside of the shell
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
