// An organization's Email Configuration, the test of its connection, and what an app-only permission reaches.
import { queryOptions } from "@tanstack/react-query";
import { ApiError, client, take, type Schemas } from "./client";
import { withToken } from "./session";

export type EmailConfiguration = Schemas["EmailConfiguration"];
export type EmailConfigurationChange = Schemas["EmailConfigurationChange"];
export type AccessMethod = Schemas["AccessMethod"];
export type ConnectionTest = Schemas["ConnectionTest"];
export type ReachCheck = Schemas["ReachCheck"];

const PATH = "/api/v1/account/organizations/{id}/email-configuration";
const at = (id: string) => ({ params: { path: { id } } });
const by = (id: string) => ({ params: { ...withToken, path: { id } } });

export function emailConfigurationQuery(id: string) {
  return queryOptions({
    queryKey: ["email-configuration", id] as const,
    queryFn: ({ signal }) => take(client.GET(PATH, { ...at(id), signal })),
    // What is being typed is not exchanged for what the server says meanwhile.
    staleTime: Infinity,
  });
}
export const changeEmailConfiguration = (id: string, body: EmailConfigurationChange): Promise<EmailConfiguration> =>
  take(client.PATCH(PATH, { ...by(id), body }));
export const removeEmailConfiguration = (id: string): Promise<unknown> => take(client.DELETE(PATH, by(id)));

// null: nobody has tested it since the server was started.
export function connectionTestQuery(id: string) {
  return queryOptions({
    queryKey: ["connection-test", id] as const,
    queryFn: async ({ signal }): Promise<ConnectionTest | null> => {
      try {
        return await take(client.GET(`${PATH}/test`, { ...at(id), signal }));
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) return null;
        throw error;
      }
    },
    refetchInterval: (query) => (query.state.data?.state === "running" ? 400 : false),
  });
}
export const startConnectionTest = (id: string): Promise<ConnectionTest> => take(client.POST(`${PATH}/test`, by(id)));

export function reachCheckQuery(id: string) {
  return queryOptions({
    queryKey: ["reach-check", id] as const,
    queryFn: ({ signal }) => take(client.GET(`${PATH}/reach`, { ...at(id), signal })),
    refetchInterval: (query) => (query.state.data?.running ? 1000 : false),
  });
}
export const startReachCheck = (id: string): Promise<ReachCheck> => take(client.POST(`${PATH}/reach`, by(id)));

// A page of the server, not of this application: the browser has to leave.
export const consentAddress = (id: string): string => `/api/v1/oauth/consent?organization=${encodeURIComponent(id)}`;
