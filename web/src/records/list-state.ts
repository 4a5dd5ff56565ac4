// What a list shows: the address, laid over the saved view it names.
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useRouter } from "@tanstack/react-router";
import { useCallback, useMemo, useState } from "react";
import type { Schemas } from "../api/client";
import { viewsQuery, type ListQuery, type Resource } from "../api/records";
import type { ListSearch } from "../router";
import { sameValue } from "./draft";
import type { ColumnDef, ResourceDef } from "./definitions";
import { filterText, parseFilter, type Filter } from "./filters";

export type View = Schemas["View"];
export const BUILT_IN_VIEWS = ["all", "mine", "watched", "recent"] as const;
export type BuiltInView = (typeof BUILT_IN_VIEWS)[number];

export function isBuiltIn(view: string | undefined): view is BuiltInView {
  return BUILT_IN_VIEWS.includes(view as BuiltInView);
}

export interface ListState {
  q: string;
  sort: string;
  filters: Filter[];
  builtIn: BuiltInView;
  saved: View | undefined;
  changed: boolean; // differs from the saved view
  query: ListQuery;
  columns: ColumnDef[];
  narrowed: boolean; // not simply everything
}

const SAVED_COLUMNS = "mailsync.columns.";
function storedColumns(key: string): string[] | undefined {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(SAVED_COLUMNS + key) ?? "null");
    return Array.isArray(stored) ? stored.filter((entry): entry is string => typeof entry === "string") : undefined;
  } catch {
    return undefined;
  }
}

// Pure, so that its rules can be tested.
export function listState(def: ResourceDef, search: ListSearch, views: View[], chosen: string[] | undefined): ListState {
  const saved = isBuiltIn(search.view) ? undefined : views.find((view) => view.id === search.view);
  const viewFilters = saved?.filters ?? [];
  const q = search.q ?? saved?.q ?? "";
  const sort = search.sort ?? saved?.sort ?? def.defaultSort;
  const filters = search.filter
    ? search.filter.map((entry) => parseFilter(def, entry)).filter((entry): entry is Filter => entry !== undefined)
    : viewFilters;
  const builtIn = isBuiltIn(search.view) ? search.view : "all";
  const names = chosen ?? (saved?.columns?.length ? saved.columns : def.defaultColumns);
  const columns = def.columns.filter((column, index) => index === 0 || names.includes(column.field));
  const texts = filters.map(filterText);
  const changed =
    saved !== undefined &&
    !(
      q === (saved.q ?? "") &&
      sort === (saved.sort ?? def.defaultSort) &&
      sameValue(texts, viewFilters.map(filterText)) &&
      (chosen === undefined || sameValue(chosen, saved.columns))
    );
  const query: ListQuery = { sort };
  if (q) query.q = q;
  if (builtIn !== "all") query.view = builtIn;
  if (texts.length > 0) query.filter = texts;
  return { q, sort, filters, builtIn, saved, changed, query, columns, narrowed: q !== "" || texts.length > 0 || builtIn !== "all" };
}

export function useListState(def: ResourceDef, search: ListSearch) {
  const navigate = useNavigate();
  const router = useRouter();
  const resource: Resource = def.resource;
  const views = useQuery(viewsQuery(resource)).data?.items ?? [];
  const columnKey = `${resource}.${search.view ?? "all"}`;
  const [, setTick] = useState(0);
  const chosen = storedColumns(columnKey);
  const key = JSON.stringify([search, views, chosen]);
  const state = useMemo(() => listState(def, search, views, chosen), [def, key]);

  const go = useCallback(
    (next: ListSearch, replace = false) => void navigate({ to: "/$resource", params: { resource }, search: next, replace }),
    [navigate, resource],
  );
  const setColumns = (columns: string[] | undefined) => {
    try {
      if (columns) localStorage.setItem(SAVED_COLUMNS + columnKey, JSON.stringify(columns));
      else localStorage.removeItem(SAVED_COLUMNS + columnKey);
    } catch {
      // A browser without storage keeps the default columns.
    }
    setTick((tick) => tick + 1);
  };
  return {
    state,
    views,
    setColumns,
    // What was typed a moment ago must not call back somebody who has meanwhile opened a row.
    setSearch: (q: string) => router.latestLocation.pathname === `/${resource}` && go({ ...search, q }, true),
    setSort: (sort: string) => go({ ...search, sort }),
    setFilters: (filters: Filter[]) => go({ ...search, filter: filters.map(filterText) }),
    setView: (view: string) => go(view === "all" ? {} : { view }),
    clear: () => go({}),
  };
}
export type ListControls = ReturnType<typeof useListState>;
