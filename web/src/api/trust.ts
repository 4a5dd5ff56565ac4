// Dry runs, undos, held runs, and what explains an item. All three plans are one thing: what would happen, item by item.
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { client, take, type Schemas } from "./client";
import { withToken } from "./session";

export type PlanReport = Schemas["PlanReport"];
export type PlanItem = Schemas["PlanItem"];
export type PlanAction = Schemas["PlanAction"];
export type PlanCounts = Schemas["PlanCounts"];
export type FieldChange = Schemas["FieldChange"];
export type Explanation = Schemas["Explanation"];
export type Review = Schemas["Review"];
export type PersonCard = Schemas["PersonCard"];
export type UndoTarget = { run_id: string } | { change_id: string } | { since: string };

const BUSY = new Set<PlanReport["state"]>(["running", "approved"]);
export function isBusy(plan: PlanReport): boolean {
  return BUSY.has(plan.state);
}

export function planQuery(id: string) {
  return queryOptions({
    queryKey: ["plan", id] as const,
    queryFn: ({ signal }) => take(client.GET("/api/v1/plans/{id}", { params: { path: { id } }, signal })),
    refetchInterval: (query) => (query.state.data && isBusy(query.state.data) ? 1_000 : false),
    staleTime: 2_000,
  });
}

export function plansQuery(mailboxId: string) {
  return queryOptions({
    queryKey: ["plans", mailboxId] as const,
    queryFn: ({ signal }) => take(client.GET("/api/v1/plans", { params: { query: { mailbox_id: mailboxId, limit: 10 } }, signal })),
    refetchInterval: (query) => (query.state.data?.items.some(isBusy) ? 2_000 : false),
    staleTime: 5_000,
  });
}

export interface PlanItemsQuery {
  kind?: Schemas["Kind"];
  direction?: PlanItem["direction"];
  action?: PlanAction;
}

export function planItemsQuery(id: string, query: PlanItemsQuery) {
  return infiniteQueryOptions({
    queryKey: ["plan-items", id, query] as const,
    queryFn: ({ pageParam, signal }) =>
      take(client.GET("/api/v1/plans/{id}/items", { params: { path: { id }, query: { ...query, cursor: pageParam, limit: 50 } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    staleTime: 30_000,
  });
}

export interface ExplainQuery {
  q?: string;
  record_id?: string;
  mailbox_id?: string;
}

export function explainQuery(query: ExplainQuery) {
  return queryOptions({
    queryKey: ["explain", query] as const,
    queryFn: ({ signal }) => take(client.GET("/api/v1/explain", { params: { query }, signal })),
    staleTime: 0,
    retry: false,
  });
}

export function reviewQuery(issueId: string) {
  return queryOptions({
    queryKey: ["review", issueId] as const,
    queryFn: ({ signal }) => take(client.GET("/api/v1/issues/{id}/review", { params: { path: { id: issueId } }, signal })),
    staleTime: 0,
    retry: false,
  });
}

const at = (id: string) => ({ ...withToken, path: { id } });

export function startDryRun(mailboxId: string): Promise<PlanReport> {
  return take(client.POST("/api/v1/mailboxes/{id}/dry-runs", { params: at(mailboxId) }));
}
export function startMailbox(mailboxId: string): Promise<Schemas["Mailbox"]> {
  return take(client.POST("/api/v1/mailboxes/{id}/start", { params: at(mailboxId) }));
}
export function previewUndo(mailboxId: string, target: UndoTarget): Promise<PlanReport> {
  return take(client.POST("/api/v1/mailboxes/{id}/undos", { params: at(mailboxId), body: target }));
}
export function approvePlan(id: string): Promise<PlanReport> {
  return take(client.POST("/api/v1/plans/{id}/approve", { params: at(id) }));
}
export function rejectPlan(id: string): Promise<PlanReport> {
  return take(client.POST("/api/v1/plans/{id}/reject", { params: at(id) }));
}
export async function answerReview(issueId: string, answer: { link_to: string } | { keep_apart: true }): Promise<void> {
  await take(client.POST("/api/v1/issues/{id}/answer", { params: at(issueId), body: answer }));
}
