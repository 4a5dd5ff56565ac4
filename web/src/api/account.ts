// Users of the account, organizations, one-time links, and one's own sign-in.
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { client, take, type Schemas } from "./client";
import { withToken } from "./session";

export type AccountUser = Schemas["AccountUser"];
export type Organization = Schemas["Organization"];
export type Role = Schemas["Role"];
export type UserLink = Schemas["UserLink"];

export interface UsersQuery {
  q?: string;
  role?: Role;
  state?: Schemas["AccountUserState"];
  organization_id?: string;
  licensed?: boolean;
}

export function accountUsersQuery(query: UsersQuery) {
  return infiniteQueryOptions({
    queryKey: ["account-users", query] as const,
    queryFn: ({ pageParam, signal }) =>
      take(client.GET("/api/v1/account/users", { params: { query: { ...query, cursor: pageParam, limit: 100 } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

export const organizationsQuery = queryOptions({
  queryKey: ["organizations"] as const,
  queryFn: ({ signal }) => take(client.GET("/api/v1/account/organizations", { signal })),
});

export interface UserInput {
  login: string;
  name: string;
  role: Role;
  organization_id: string;
  administers: string[];
}

export const inviteUser = (body: UserInput): Promise<UserLink> => take(client.POST("/api/v1/account/users", { params: withToken, body }));

export function changeUser(id: string, body: Partial<Omit<UserInput, "login">> & { disabled?: boolean }): Promise<AccountUser> {
  return take(client.PATCH("/api/v1/account/users/{id}", { params: { ...withToken, path: { id } }, body }));
}
export const resetPassword = (id: string): Promise<UserLink> =>
  take(client.POST("/api/v1/account/users/{id}/reset", { params: { ...withToken, path: { id } } }));
export const takeSecondFactorAway = (id: string): Promise<unknown> =>
  take(client.DELETE("/api/v1/account/users/{id}/second-factor", { params: { ...withToken, path: { id } } }));

export const addOrganization = (name: string): Promise<Organization> =>
  take(client.POST("/api/v1/account/organizations", { params: withToken, body: { name } }));
export const renameOrganization = (id: string, name: string): Promise<Organization> =>
  take(client.PATCH("/api/v1/account/organizations/{id}", { params: { ...withToken, path: { id } }, body: { name } }));
export const removeOrganization = (id: string): Promise<unknown> =>
  take(client.DELETE("/api/v1/account/organizations/{id}", { params: { ...withToken, path: { id } } }));

export type Licences = Schemas["Licences"];
export const licencesQuery = queryOptions({
  queryKey: ["licences"] as const,
  queryFn: ({ signal }) => take(client.GET("/api/v1/account/licences", { signal })),
});
export const changeLicences = (body: { bought?: number; mail_sync?: boolean }): Promise<Licences> =>
  take(client.PATCH("/api/v1/account/licences", { params: withToken, body }));
export const giveLicences = (user_ids: string[]): Promise<Licences> =>
  take(client.POST("/api/v1/account/licences/give", { params: withToken, body: { user_ids } }));
export const takeLicences = (user_ids: string[]): Promise<Licences> =>
  take(client.POST("/api/v1/account/licences/take", { params: withToken, body: { user_ids } }));

export type AuditEntry = Schemas["AuditEntry"];
export interface AuditFilter {
  organization_id?: string;
  q?: string;
  action?: string;
  since?: string;
  until?: string;
}
export function auditQuery(filter: AuditFilter) {
  return infiniteQueryOptions({
    queryKey: ["audit-log", filter] as const,
    queryFn: ({ pageParam, signal }) =>
      take(client.GET("/api/v1/audit-log", { params: { query: { ...filter, cursor: pageParam, limit: 100 } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}
export const checkAuditLog = () => take(client.GET("/api/v1/audit-log/check"));
export function auditExportAddress(filter: AuditFilter): string {
  const query = new URLSearchParams(Object.entries(filter).filter((entry): entry is [string, string] => entry[1] !== undefined));
  return `/api/v1/audit-log/export?${query}`;
}

export const setupQuery = queryOptions({
  queryKey: ["setup"] as const,
  queryFn: ({ signal }) => take(client.GET("/api/v1/setup", { signal })),
  staleTime: Infinity,
});
export function linkQuery(token: string) {
  return queryOptions({
    queryKey: ["one-time-link", token] as const,
    queryFn: ({ signal }) => take(client.POST("/api/v1/one-time-links/look", { body: { token }, signal })),
    staleTime: Infinity,
  });
}
export const redeemLink = (token: string, password: string): Promise<{ login: string }> =>
  take(client.POST("/api/v1/one-time-links/use", { body: { token, password } }));
export const createFirstAdministrator = (body: {
  token: string;
  login: string;
  name: string;
  password: string;
  organization?: string;
}): Promise<{ login: string }> => take(client.POST("/api/v1/setup/first-administrator", { body }));

export const changePassword = (current: string, password: string): Promise<unknown> =>
  take(client.POST("/api/v1/session/password", { params: withToken, body: { current, password } }));
export const beginSecondFactor = () => take(client.POST("/api/v1/session/second-factor", { params: withToken }));
export const confirmSecondFactor = (code: string) => take(client.POST("/api/v1/session/second-factor/confirm", { params: withToken, body: { code } }));
export const removeSecondFactor = (code: string) => take(client.POST("/api/v1/session/second-factor/remove", { params: withToken, body: { code } }));
