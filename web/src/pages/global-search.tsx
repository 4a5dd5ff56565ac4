// Ctrl K: the first matches of every resource, chosen with the arrow keys.
import { Dialog, DialogSurface, Spinner } from "@fluentui/react-components";
import { useQueries } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useDeferredValue, useEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { listPage, type AnyRecord, type Resource } from "../api/records";
import { IconSearch } from "../icons";
import { RESOURCES } from "../records/definitions";
import { texts } from "../texts";
import { Face } from "../ui/face";
import { useDebounced } from "../ui/debounced";

const ORDER: Resource[] = ["people", "organisations", "leads", "opportunities", "cases", "tasks", "meetings", "emails"];
const PER_RESOURCE = 4;

interface Hit {
  key: string;
  resource: Resource;
  record?: AnyRecord; // absent: "all matching"
}

function useHits(q: string): { hits: Hit[]; busy: boolean } {
  const answers = useQueries({
    queries: ORDER.map((resource) => ({
      queryKey: ["search", resource, q],
      queryFn: ({ signal }: { signal: AbortSignal }) => listPage(resource, { q, limit: PER_RESOURCE }, signal),
      enabled: q !== "",
      staleTime: 30_000,
    })),
  });
  const busy = q !== "" && answers.some((answer) => answer.isFetching);
  const hits = answers.flatMap((answer, index): Hit[] => {
    const resource = ORDER[index];
    const items = (q && answer.data?.items) || [];
    const all: Hit[] = answer.data?.next_cursor ? [{ key: `${resource}-all`, resource }] : [];
    return items.length === 0 ? [] : [...items.map((record) => ({ key: record.id, resource, record })), ...all];
  });
  return { hits, busy };
}

export function GlobalSearch({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState("");
  const q = useDeferredValue(useDebounced(text.trim(), 150));
  const { hits, busy } = useHits(q);
  const [chosen, setChosen] = useState(0);
  const navigate = useNavigate();
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => setChosen(0), [q]);
  useEffect(() => list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" }), [chosen]);

  const open = (hit: Hit | undefined) => {
    if (!hit) return;
    onClose();
    if (hit.record) void navigate({ to: "/$resource/$id", params: { resource: hit.resource, id: hit.record.id } });
    else void navigate({ to: "/$resource", params: { resource: hit.resource }, search: { q } });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0 && hits.length > 0) {
      event.preventDefault();
      setChosen((chosen + step + hits.length) % hits.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      open(hits[chosen]);
    }
  };
  const groups = useMemo(() => ORDER.map((resource) => ({ resource, hits: hits.filter((hit) => hit.resource === resource) })).filter((group) => group.hits.length > 0), [hits]);

  return (
    <Dialog open onOpenChange={(_, data) => !data.open && onClose()}>
      <DialogSurface className="search-surface" aria-label={texts.shell.search}>
        <div className="search-box">
          <IconSearch aria-hidden />
          <input
            autoFocus
            role="combobox"
            aria-expanded={hits.length > 0}
            aria-controls="search-hits"
            aria-activedescendant={hits[chosen] ? `hit-${hits[chosen].key}` : undefined}
            aria-label={texts.shell.search}
            placeholder={texts.shell.searchPlaceholder}
            value={text}
            onChange={(event) => setText(event.target.value)}
            onKeyDown={onKeyDown}
          />
          {busy && <Spinner size="tiny" aria-label={texts.words.loading} />}
        </div>
        <div className="search-hits" id="search-hits" role="listbox" aria-label={texts.shell.search} ref={list}>
          {groups.map((group) => (
            <div key={group.resource} role="group" aria-label={texts.resources[group.resource].plural}>
              <div className="search-group" aria-hidden>
                {texts.resources[group.resource].plural}
              </div>
              {group.hits.map((hit) => (
                <SearchHit key={hit.key} hit={hit} q={q} chosen={hits[chosen] === hit} onOpen={() => open(hit)} />
              ))}
            </div>
          ))}
        </div>
        {hits.length === 0 && (
          <p className="search-none">
            {q === "" ? texts.shell.searchIdle : busy ? texts.words.loading : `${texts.shell.searchEmptyTitle(q)}. ${texts.shell.searchEmpty}`}
          </p>
        )}
      </DialogSurface>
    </Dialog>
  );
}

function SearchHit(props: { hit: Hit; q: string; chosen: boolean; onOpen: () => void }) {
  const { hit } = props;
  const def = RESOURCES[hit.resource];
  return (
    <div id={`hit-${hit.key}`} role="option" aria-selected={props.chosen} className="search-hit" onClick={props.onOpen}>
      {hit.record ? (
        <>
          <Face name={hit.record.name} type={def.type} size={28} />
          <span className="search-hit-name">{hit.record.name || texts.words.unnamed}</span>
          <span className="search-hit-sub">{def.subtitle(hit.record) || String((hit.record.from as { name?: string } | null)?.name ?? "")}</span>
        </>
      ) : (
        <span className="search-hit-all">{texts.shell.searchAll(texts.resources[hit.resource].plural.toLowerCase(), props.q)}</span>
      )}
    </div>
  );
}
