// The Mail Sync panel: users of Mail Sync, operations on many of them, profiles, databases.
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { client, take, type Schemas } from "./client";
import { withToken } from "./session";

export type Panel = Schemas["Panel"];
export type PanelUser = Schemas["PanelUser"];
export type PanelStatus = Schemas["PanelStatus"];
export type UserAction = Schemas["UserAction"];
export type UserOperation = Schemas["UserOperation"];
export type Profile = Schemas["Profile"];
export type ProfileSettings = Schemas["ProfileSettings"];
export type ConnectedDatabase = Schemas["ConnectedDatabase"];

export const panelQuery = queryOptions({
  queryKey: ["panel"] as const,
  queryFn: ({ signal }) => take(client.GET("/api/v1/mail-sync", { signal })),
});
export const connectDatabase = (): Promise<Panel> => take(client.POST("/api/v1/mail-sync/connect", { params: withToken }));
export const chooseDefaultOrganization = (default_organization_id: string): Promise<Panel> =>
  take(client.PATCH("/api/v1/mail-sync", { params: withToken, body: { default_organization_id } }));

// What the list and an operation on all that match both take.
export interface PanelFilter {
  q?: string;
  status?: PanelStatus;
  enabled?: boolean;
  attention?: boolean;
  with_issues?: boolean;
  organization_id?: string;
  profile_id?: string;
  access_method?: string;
}

const PAGE = 100;
const MOST_REFRESHED = 3; // pages: who has scrolled further sees changes when he asks for them
export function panelUsersQuery(filter: PanelFilter, sort: string) {
  return infiniteQueryOptions({
    queryKey: ["panel-users", filter, sort] as const,
    queryFn: ({ pageParam, signal }) =>
      take(client.GET("/api/v1/mail-sync/users", { params: { query: { ...filter, sort, cursor: pageParam, limit: PAGE } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: (query) => ((query.state.data?.pages.length ?? 0) <= MOST_REFRESHED ? 10_000 : false),
    placeholderData: (old) => old,
  });
}
export function panelExportAddress(filter: PanelFilter, sort: string): string {
  const query = new URLSearchParams({ sort });
  for (const [name, value] of Object.entries(filter)) if (value !== undefined) query.set(name, String(value));
  return `/api/v1/mail-sync/users/export?${query}`;
}

export type UserOrder = { action: UserAction; profile_id?: string } & ({ user_ids: string[] } | { matching: PanelFilter });
export const startUserOperation = (order: UserOrder): Promise<UserOperation> =>
  take(client.POST("/api/v1/mail-sync/operations", { params: withToken, body: order }));
export function userOperationQuery(begun: UserOperation) {
  return queryOptions({
    queryKey: ["user-operation", begun.id] as const,
    queryFn: ({ signal }) => take(client.GET("/api/v1/mail-sync/operations/{id}", { params: { path: { id: begun.id } }, signal })),
    initialData: begun,
    enabled: begun.state === "running",
    refetchInterval: (query) => (query.state.data?.state === "running" ? 400 : false),
    staleTime: 0,
  });
}

export const profilesQuery = queryOptions({
  queryKey: ["profiles"] as const,
  queryFn: ({ signal }) => take(client.GET("/api/v1/mail-sync/profiles", { signal })),
});
export interface ProfileInput {
  name?: string;
  settings?: ProfileSettings;
  modes?: Schemas["ProfileModes"];
}
export const createProfile = (body: ProfileInput & { name: string }): Promise<Profile> =>
  take(client.POST("/api/v1/mail-sync/profiles", { params: withToken, body }));
export const changeProfile = (id: string, body: ProfileInput & { version: number }): Promise<Profile> =>
  take(client.PATCH("/api/v1/mail-sync/profiles/{id}", { params: { ...withToken, path: { id } }, body }));
export const deleteProfile = (id: string): Promise<unknown> =>
  take(client.DELETE("/api/v1/mail-sync/profiles/{id}", { params: { ...withToken, path: { id } } }));
export const setOrganizationProfile = (organization: string, profile_id: string) =>
  take(client.POST("/api/v1/account/organizations/{id}/profile", { params: { ...withToken, path: { id: organization } }, body: { profile_id } }));

export const databasesQuery = queryOptions({
  queryKey: ["databases"] as const,
  queryFn: ({ signal }) => take(client.GET("/api/v1/mail-sync/databases", { signal })),
});

export type Statistics = Schemas["Statistics"];
export function statisticsQuery(organization_id: string, days: number) {
  return queryOptions({
    queryKey: ["statistics", organization_id, days] as const,
    queryFn: ({ signal }) => take(client.GET("/api/v1/mail-sync/statistics", { params: { query: { organization_id, days } }, signal })),
    placeholderData: (old) => old,
  });
}
export const networkNeedsQuery = queryOptions({
  queryKey: ["network-needs"] as const,
  queryFn: ({ signal }) => take(client.GET("/api/v1/mail-sync/network-needs", { signal })),
});
