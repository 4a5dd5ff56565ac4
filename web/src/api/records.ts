// Lists and records of every resource: the same calls with another path, so they are written once.
import { infiniteQueryOptions, queryOptions, type InfiniteData, type QueryClient } from "@tanstack/react-query";
import { client, take, type Schemas } from "./client";

export type Resource = Schemas["Resource"];
export type RecordType = Schemas["RecordType"];
export type RecordBase = Schemas["RecordBase"];
export type RecordRef = Schemas["RecordRef"];
export type Page<T> = Schemas["Page"] & { items: T[] };
// A record as the forms and lists see it: the shared members, and the resource's own by name.
export type AnyRecord = RecordBase & { [field: string]: unknown };

export interface ListQuery {
  q?: string;
  view?: string;
  sort?: string;
  filter?: string[];
}

const RESOURCE_OF: Record<RecordType, Resource> = {
  person: "people",
  organisation: "organisations",
  lead: "leads",
  opportunity: "opportunities",
  case: "cases",
  task: "tasks",
  meeting: "meetings",
  email: "emails",
};
export function resourceOf(type: RecordType): Resource {
  return RESOURCE_OF[type];
}

// The paths differ by resource only; the description's types are kept for what is not generic.
type LooseCall = (path: string, init: object) => Promise<{ data?: never; error?: unknown; response: Response }>;
const loose = client as unknown as Record<"GET" | "POST" | "PATCH" | "DELETE", LooseCall>;

export const PAGE_SIZE = 100;

export function listPage(resource: Resource, query: ListQuery & { cursor?: string; limit?: number }, signal?: AbortSignal) {
  const present = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined && value !== ""));
  return take<Page<AnyRecord>>(loose.GET(`/api/v1/${resource}`, { params: { query: present }, signal }));
}

export function listQuery(resource: Resource, query: ListQuery) {
  return infiniteQueryOptions({
    queryKey: ["list", resource, query] as const,
    queryFn: ({ pageParam, signal }) => listPage(resource, { ...query, cursor: pageParam, limit: PAGE_SIZE }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page: Page<AnyRecord>) => page.next_cursor ?? undefined,
    staleTime: 30_000,
  });
}

export function recordQuery(resource: Resource, id: string) {
  return queryOptions({
    queryKey: ["record", id] as const,
    queryFn: ({ signal }) =>
      take<AnyRecord>(loose.GET(`/api/v1/${resource}/{id}`, { params: { path: { id } }, signal })),
    staleTime: 10_000,
  });
}

export function createRecord(resource: Resource, body: object): Promise<AnyRecord> {
  return take<AnyRecord>(loose.POST(`/api/v1/${resource}`, { body }));
}

export function updateRecord(resource: Resource, id: string, body: { version: number }): Promise<AnyRecord> {
  return take<AnyRecord>(loose.PATCH(`/api/v1/${resource}/{id}`, { params: { path: { id } }, body }));
}

export async function deleteRecord(resource: Resource, id: string, version: number): Promise<void> {
  await take(loose.DELETE(`/api/v1/${resource}/{id}`, { params: { path: { id }, query: { version } } }));
}

export function timelineQuery(id: string, kind: Schemas["TimelineKind"] | undefined) {
  return infiniteQueryOptions({
    queryKey: ["timeline", id, kind ?? "all"] as const,
    queryFn: ({ pageParam, signal }) =>
      take(
        client.GET("/api/v1/records/{id}/timeline", {
          params: { path: { id }, query: { kind, cursor: pageParam, limit: 30 } },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    staleTime: 10_000,
  });
}

export function linksQuery(id: string) {
  return queryOptions({
    queryKey: ["links", id] as const,
    queryFn: ({ signal }) => take(client.GET("/api/v1/records/{id}/links", { params: { path: { id } }, signal })),
    staleTime: 10_000,
  });
}

export const usersQuery = queryOptions({
  queryKey: ["users"],
  queryFn: ({ signal }) => take(client.GET("/api/v1/users", { params: { query: { limit: 200 } }, signal })),
  staleTime: 5 * 60_000,
});

export function viewsQuery(resource: Resource) {
  return queryOptions({
    queryKey: ["views", resource] as const,
    queryFn: ({ signal }) => take(client.GET("/api/v1/views", { params: { query: { resource } }, signal })),
    staleTime: 60_000,
  });
}

// A record that was just stored, put where it is already shown, so that no list has to be fetched for it.
export function placeRecord(queries: QueryClient, record: AnyRecord): void {
  queries.setQueryData(["record", record.id], record);
  queries.setQueriesData<InfiniteData<Page<AnyRecord>>>({ queryKey: ["list", resourceOf(record.type)] }, (old) => {
    if (!old?.pages.some((page) => page.items.some((item) => item.id === record.id))) return old;
    return { ...old, pages: old.pages.map((page) => ({ ...page, items: page.items.map((item) => (item.id === record.id ? record : item)) })) };
  });
}
