// Mailboxes, runs and issues.
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { client, take, type Schemas } from "./client";
import { withToken } from "./session";

export type Mailbox = Schemas["Mailbox"];
export type KindState = Schemas["KindState"];
export type Counts = Schemas["Counts"];
export type Run = Schemas["Run"];
export type Issue = Schemas["Issue"];
export type SignInOutcome = Schemas["SignInOutcome"];

export interface MailboxQuery {
  q?: string;
  state?: Schemas["MailboxState"];
}

export function mailboxesQuery(query: MailboxQuery = {}) {
  return infiniteQueryOptions({
    queryKey: ["mailboxes", query] as const,
    queryFn: ({ pageParam, signal }) =>
      take(client.GET("/api/v1/mailboxes", { params: { query: { ...query, cursor: pageParam, limit: 100 } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    staleTime: 30_000,
  });
}

export function mailboxQuery(id: string) {
  return queryOptions({
    queryKey: ["mailbox", id] as const,
    queryFn: ({ signal }) => take(client.GET("/api/v1/mailboxes/{id}", { params: { path: { id } }, signal })),
    staleTime: 30_000,
  });
}

export function signInOutcomeQuery(name: string) {
  return queryOptions({
    queryKey: ["sign-in-outcome", name] as const,
    queryFn: ({ signal }) => take(client.GET("/api/v1/oauth/outcomes/{id}", { params: { path: { id: name } }, signal })),
    staleTime: Infinity,
  });
}

export function runsQuery(mailboxId: string) {
  return infiniteQueryOptions({
    queryKey: ["runs", mailboxId] as const,
    queryFn: ({ pageParam, signal }) =>
      take(
        client.GET("/api/v1/runs", {
          params: { query: { mailbox_id: mailboxId, cursor: pageParam, limit: 20 } },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    staleTime: 5_000,
  });
}

export type IssueState = "open" | "solved" | "all";

export function issuesQuery(query: { mailbox_id?: string; record_id?: string; state?: IssueState }) {
  return infiniteQueryOptions({
    queryKey: ["issues", query] as const,
    queryFn: ({ pageParam, signal }) =>
      take(client.GET("/api/v1/issues", { params: { query: { ...query, cursor: pageParam, limit: 100 } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    staleTime: 15_000,
  });
}

export type MailboxAct = "sync" | "pause" | "resume";

export function actOnMailbox(id: string, act: MailboxAct): Promise<Mailbox> {
  const params = { ...withToken, path: { id } };
  switch (act) {
    case "sync":
      return take(client.POST("/api/v1/mailboxes/{id}/sync", { params }));
    case "pause":
      return take(client.POST("/api/v1/mailboxes/{id}/pause", { params }));
    case "resume":
      return take(client.POST("/api/v1/mailboxes/{id}/resume", { params }));
  }
}
