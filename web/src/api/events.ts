// The live stream of the server: keeps cached queries true and tells the page on screen what has changed.
// The stream is closed while the tab is hidden: browsers allow only a few connections to one HTTP/1.1 server.
import { useEffect, useSyncExternalStore } from "react";
import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import type { Schemas } from "./client";
import type { Mailbox } from "./sync";

export type RecordEvent = Schemas["RecordEvent"];
export type LiveState = "connecting" | "live" | "away";

const RETRY_FIRST_MS = 2_000;
const RETRY_MOST_MS = 60_000;
const GATHER_MS = 400; // a first sync sends hundreds of record events a second

type Listener<T> = (value: T) => void;
class Topic<T> {
  private readonly listeners = new Set<Listener<T>>();
  on(listener: Listener<T>): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
  emit(value: T): void {
    for (const listener of [...this.listeners]) listener(value);
  }
}

export const recordEvents = new Topic<RecordEvent[]>();
export const outboxEvents = new Topic<Schemas["OutboxMessage"]>();
const stateChanges = new Topic<void>();
let state: LiveState = "connecting";
function setState(next: LiveState): void {
  if (next === state) return;
  state = next;
  stateChanges.emit();
}
export function useLiveState(): LiveState {
  return useSyncExternalStore(
    (changed) => stateChanges.on(changed),
    () => state,
  );
}

// Puts a mailbox into every list that shows it and into its own page.
export function applyMailbox(queries: QueryClient, mailbox: Mailbox): void {
  queries.setQueryData(["mailbox", mailbox.id], mailbox);
  queries.setQueriesData<InfiniteData<{ items: Mailbox[] }>>({ queryKey: ["mailboxes"] }, (old) => {
    if (!old) return old;
    let found = false;
    const pages = old.pages.map((page) => {
      if (!page.items.some((item) => item.id === mailbox.id)) return page;
      found = true;
      return { ...page, items: page.items.map((item) => (item.id === mailbox.id ? mailbox : item)) };
    });
    return found ? { ...old, pages } : old;
  });
}

export function applyRecords(queries: QueryClient, events: RecordEvent[]): void {
  for (const { id, change } of events) {
    if (change === "deleted") void queries.invalidateQueries({ queryKey: ["record", id], refetchType: "none" });
    else void queries.invalidateQueries({ queryKey: ["record", id] });
    void queries.invalidateQueries({ queryKey: ["links", id] });
  }
  // A timeline shows other records too; the one on screen is fetched again, once for the whole batch.
  void queries.invalidateQueries({ queryKey: ["timeline"] });
  recordEvents.emit(events);
}

class LiveStream {
  private source: EventSource | undefined;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private gather: ReturnType<typeof setTimeout> | undefined;
  private gathered: RecordEvent[] = [];
  private wait = RETRY_FIRST_MS;

  constructor(
    private readonly queries: QueryClient,
    private readonly onSignedOut: () => void,
  ) {
    document.addEventListener("visibilitychange", this.followVisibility);
    this.open();
  }

  close(): void {
    document.removeEventListener("visibilitychange", this.followVisibility);
    clearTimeout(this.gather);
    this.stop();
  }

  private readonly followVisibility = (): void => {
    if (document.visibilityState === "hidden") this.stop();
    else if (!this.source) {
      this.open();
      void this.queries.invalidateQueries(); // what happened meanwhile was not heard
    }
  };

  private stop(): void {
    clearTimeout(this.retry);
    this.source?.close();
    this.source = undefined;
  }

  private open(): void {
    this.stop();
    setState("connecting");
    const source = new EventSource("/api/v1/events");
    this.source = source;
    const hear = <T>(name: string, take: (value: T) => void) =>
      source.addEventListener(name, (event) => take(JSON.parse((event as MessageEvent<string>).data) as T));
    source.onopen = () => {
      this.wait = RETRY_FIRST_MS;
      setState("live");
    };
    source.onerror = () => {
      setState("away");
      if (source.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
      this.retry = setTimeout(() => this.open(), this.wait);
      this.wait = Math.min(this.wait * 2, RETRY_MOST_MS);
      void this.queries.invalidateQueries({ queryKey: ["session"] });
    };
    hear<Mailbox>("mailbox", (mailbox) => applyMailbox(this.queries, mailbox));
    hear<RecordEvent>("record", (event) => this.collect(event));
    hear<Schemas["OutboxMessage"]>("outbox", (message) => {
      void this.queries.invalidateQueries({ queryKey: ["outbox"] });
      outboxEvents.emit(message);
    });
    hear<Schemas["Issue"]>("issue", (issue) => {
      void this.queries.invalidateQueries({ queryKey: ["issues"] });
      // A meeting tells what waits.
      if (issue.record) void this.queries.invalidateQueries({ queryKey: ["record", issue.record.id] });
    });
    hear("reload", () => void this.queries.invalidateQueries());
    hear("signed_out", () => this.onSignedOut());
  }

  private collect(event: RecordEvent): void {
    this.gathered.push(event);
    this.gather ??= setTimeout(() => {
      this.gather = undefined;
      applyRecords(this.queries, this.gathered.splice(0));
    }, GATHER_MS);
  }
}

export function useLiveStream(queries: QueryClient, onSignedOut: () => void): void {
  useEffect(() => {
    const stream = new LiveStream(queries, onSignedOut);
    return () => stream.close();
    // One stream for the life of the signed-in page.
  }, [queries]);
}
