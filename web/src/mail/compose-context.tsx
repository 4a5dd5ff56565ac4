// One email at a time is being written, over whatever page is open; so it survives moving between pages.
import { createContext, lazy, Suspense, useContext, useEffect, useMemo, useState, type ReactNode } from "react";
import type { Schemas } from "../api/client";
import { outboxEvents } from "../api/events";
import { texts } from "../texts";
import { useNotices } from "../ui/notice";

export interface ComposeStart {
  mode?: "new" | "reply" | "forward";
  to?: Schemas["MailAddress"][];
  cc?: Schemas["MailAddress"][];
  subject?: string;
  quote?: string; // HTML that we made ourselves
  recordId?: string;
  inReplyTo?: string;
  files?: File[];
}

interface Compose {
  open: (start: ComposeStart) => void;
}
const Context = createContext<Compose>({ open: () => undefined });
export const useCompose = (): Compose => useContext(Context);

const ComposeWindow = lazy(() => import("./compose-window").then((module) => ({ default: module.ComposeWindow })));

// Says what became of an email that is on its way, whatever page is open by then.
function useOutboxNotices() {
  const notices = useNotices();
  useEffect(
    () =>
      outboxEvents.on((message) => {
        if (message.state === "sent") notices.done(texts.compose.sent, message.subject);
        if (message.state === "unknown") notices.warn(texts.compose.unknown, message.subject);
        if (message.state === "failed") notices.warn(texts.compose.failed, message.error ?? message.subject);
      }),
    [notices],
  );
}

export function ComposeProvider({ children }: { children: ReactNode }) {
  const [start, setStart] = useState<{ key: number; start: ComposeStart }>();
  useOutboxNotices();
  // An email that is being written is not thrown away by a second click on "Email".
  const compose = useMemo<Compose>(() => ({ open: (next) => setStart((now) => now ?? { key: Date.now(), start: next }) }), []);
  return (
    <Context.Provider value={compose}>
      {children}
      {start && (
        <Suspense>
          <ComposeWindow key={start.key} start={start.start} onClose={() => setStart(undefined)} />
        </Suspense>
      )}
    </Context.Provider>
  );
}
