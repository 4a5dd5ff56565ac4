// The list of one resource.
import { Button } from "@fluentui/react-components";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useCallback, useEffect, useRef, useState } from "react";
import { recordEvents } from "../api/events";
import { listQuery, placeRecord, updateRecord, type AnyRecord, type ListQuery, type Resource } from "../api/records";
import { formatNumber } from "../format";
import { IconAdd, IconRefresh, IconSearch } from "../icons";
import { useCompose } from "../mail/compose-context";
import { isResource, RESOURCES, type ResourceDef } from "../records/definitions";
import { ColumnMenu, FilterBar, FilterButton, ListSearchBox } from "../records/list-toolbar";
import { useListState, type ListControls } from "../records/list-state";
import { RecordTable } from "../records/record-table";
import { ViewMenu } from "../records/view-menu";
import { texts } from "../texts";
import { useKeys } from "../ui/keys";
import { useNotices } from "../ui/notice";
import { EmptyState, ErrorState, LoadingRows } from "../ui/states";
import { useTitle } from "../ui/title";
import { NotFoundPage } from "./error-page";

const route = getRouteApi("/shell/$resource");
const REFETCH_MS = 2_000; // a first sync changes a list many times a second

export function ListPage() {
  const { resource } = route.useParams();
  if (!isResource(resource)) return <NotFoundPage />;
  return <ResourceList key={resource} def={RESOURCES[resource]} />;
}

// A short list follows what happens by itself; one that somebody has scrolled through only says that it changed.
function useChanges(resource: Resource, query: ListQuery, pages: number): { changed: boolean; show: () => void } {
  const queries = useQueryClient();
  const [changed, setChanged] = useState(false);
  const key = JSON.stringify(query);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => setChanged(false), [key]);
  useEffect(() => {
    const stop = recordEvents.on((events) => {
      if (!events.some((event) => RESOURCES[resource].type === event.type)) return;
      if (pages > 1) return setChanged(true);
      timer.current ??= setTimeout(() => {
        timer.current = undefined;
        void queries.invalidateQueries({ queryKey: ["list", resource] });
      }, REFETCH_MS);
    });
    return () => {
      stop();
      clearTimeout(timer.current);
      timer.current = undefined;
    };
  }, [queries, resource, pages]);
  return {
    changed,
    show: () => {
      setChanged(false);
      void queries.resetQueries({ queryKey: ["list", resource] });
    },
  };
}

function useToggleTask() {
  const queries = useQueryClient();
  const notices = useNotices();
  return useMutation({
    mutationFn: (task: AnyRecord) => {
      const body = { version: task.version, status: task.status === "completed" ? "not_started" : "completed" };
      return updateRecord("tasks", task.id, body);
    },
    onSuccess: (task) => placeRecord(queries, task),
    onError: (error) => {
      notices.failed(error);
      void queries.invalidateQueries({ queryKey: ["list", "tasks"] });
    },
  });
}

function ResourceList({ def }: { def: ResourceDef }) {
  const names = texts.resources[def.resource];
  useTitle(names.plural);
  const search = route.useSearch();
  const navigate = useNavigate();
  const compose = useCompose();
  const controls = useListState(def, search);
  const { state } = controls;
  const list = useInfiniteQuery(listQuery(def.resource, state.query));
  const changes = useChanges(def.resource, state.query, list.data?.pages.length ?? 0);
  const toggle = useToggleTask();
  const box = useRef<HTMLInputElement>(null);
  const create = () => (def.creatable ? void navigate({ to: "/$resource/new", params: { resource: def.resource } }) : compose.open({}));
  useKeys({ "/": () => box.current?.focus(), n: create });
  const { fetchNextPage, isFetchingNextPage, isFetchNextPageError } = list;
  const more = useCallback(() => {
    if (!isFetchingNextPage && !isFetchNextPageError) void fetchNextPage();
  }, [fetchNextPage, isFetchingNextPage, isFetchNextPageError]);
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const last = list.data?.pages.at(-1);

  return (
    <div className="page list-page">
      <header className="list-head">
        <ViewMenu def={def} controls={controls} />
        {last && <span className="list-count">{texts.list.count(formatNumber(last.total), last.total_is_estimate)}</span>}
        <span className="spacer" />
        <ListSearchBox def={def} controls={controls} inputRef={box} />
        <FilterButton def={def} controls={controls} />
        <ColumnMenu def={def} controls={controls} />
        <Button appearance="primary" icon={<IconAdd />} onClick={create}>
          {names.new}
        </Button>
      </header>
      <FilterBar def={def} controls={controls} />
      {changes.changed && (
        <div className="list-changed" role="status">
          {texts.list.changed}
          <Button size="small" appearance="transparent" icon={<IconRefresh />} onClick={changes.show}>
            {texts.list.showChanges}
          </Button>
        </div>
      )}
      <div className="list-card" aria-busy={list.isFetching}>
        {list.isPending ? (
          <LoadingRows />
        ) : list.isError && rows.length === 0 ? (
          <ErrorState title={texts.errors.listTitle} error={list.error} onRetry={() => void list.refetch()} />
        ) : rows.length === 0 ? (
          <NoRows def={def} controls={controls} onCreate={create} />
        ) : (
          <RecordTable
            def={def}
            columns={state.columns}
            rows={rows}
            total={Math.max(last?.total ?? 0, rows.length)}
            sort={state.sort}
            hasMore={list.hasNextPage}
            onSort={controls.setSort}
            onMore={more}
            onOpen={(record) => void navigate({ to: "/$resource/$id", params: { resource: def.resource, id: record.id } })}
            onToggleTask={def.type === "task" ? (task) => toggle.mutate(task) : undefined}
          />
        )}
      </div>
      {isFetchNextPageError && <ErrorState title={texts.errors.listTitle} error={list.error} onRetry={() => void fetchNextPage()} />}
    </div>
  );
}

function NoRows({ def, controls, onCreate }: { def: ResourceDef; controls: ListControls; onCreate: () => void }) {
  const names = texts.resources[def.resource];
  const navigate = useNavigate();
  if (controls.state.narrowed)
    return (
      <EmptyState Icon={IconSearch} title={texts.list.noMatchTitle} detail={texts.list.noMatchDetail}>
        <Button appearance="primary" onClick={controls.clear}>
          {texts.list.clearSearch}
        </Button>
      </EmptyState>
    );
  return (
    <EmptyState Icon={def.Icon} title={texts.list.emptyTitle(names.plural)} detail={texts.list.emptyDetail[def.resource]}>
      {def.creatable && (
        <Button appearance="primary" icon={<IconAdd />} onClick={onCreate}>
          {names.new}
        </Button>
      )}
      {def.resource === "emails" && (
        <Button appearance="primary" onClick={() => void navigate({ to: "/start/mail-sync" })}>
          {texts.list.openMailSync}
        </Button>
      )}
    </EmptyState>
  );
}
