// Start > Mail Sync: every mailbox and how far it is, live.
import { Button, MessageBar, MessageBarBody, SearchBox, Select } from "@fluentui/react-components";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, useState } from "react";
import type { Schemas } from "../api/client";
import { issuesQuery, mailboxesQuery, type Mailbox } from "../api/sync";
import { formatAgo, formatNumber } from "../format";
import { IconIssue, IconPush, IconSearch, IconSync } from "../icons";
import { KindCell, LiveBadge, MailboxActions, StateBadge } from "../sync/sync-parts";
import { SignInNotice, waitsForUser } from "../sync/sign-in";
import { texts } from "../texts";
import { Face } from "../ui/face";
import { useDebounced } from "../ui/debounced";
import { EmptyState, ErrorState, LoadingRows } from "../ui/states";
import { useTitle } from "../ui/title";

const STATES = Object.keys(texts.sync.states) as Schemas["MailboxState"][];
const ATTENTION: Schemas["MailboxState"][] = ["needs_sign_in", "stopped"];
const ROW_PX = 132;

export function MailSyncPage() {
  useTitle(texts.sync.title);
  const [text, setText] = useState("");
  const [state, setState] = useState<Schemas["MailboxState"]>();
  const q = useDebounced(text.trim(), 250);
  const list = useInfiniteQuery(mailboxesQuery({ ...(q && { q }), ...(state && { state }) }));
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const total = list.data?.pages.at(-1)?.total ?? 0;
  const narrowed = q !== "" || state !== undefined;
  return (
    <div className="page sync-page">
      <header className="list-head">
        <div>
          <h1>
            {texts.sync.title} <LiveBadge />
          </h1>
          <p className="lead">{texts.sync.lead}</p>
        </div>
        <span className="spacer" />
        <SearchBox className="list-search" aria-label={texts.sync.search} placeholder={texts.sync.search} value={text} onChange={(_, data) => setText(data.value)} />
        <Select aria-label={texts.sync.state} value={state ?? ""} onChange={(_, data) => setState((data.value || undefined) as Schemas["MailboxState"] | undefined)}>
          <option value="">{texts.sync.allStates}</option>
          {STATES.map((entry) => (
            <option key={entry} value={entry}>
              {texts.sync.states[entry]}
            </option>
          ))}
        </Select>
      </header>
      {list.isPending ? (
        <div className="card">
          <LoadingRows rows={5} />
        </div>
      ) : list.isError && rows.length === 0 ? (
        <ErrorState title={texts.errors.listTitle} error={list.error} onRetry={() => void list.refetch()} />
      ) : (
        <>
          {!narrowed && <Summary mailboxes={rows} total={total} />}
          {rows.length === 0 ? (
            narrowed ? (
              <EmptyState Icon={IconSearch} title={texts.sync.noMatchTitle} detail={texts.list.noMatchDetail}>
                <Button
                  onClick={() => {
                    setText("");
                    setState(undefined);
                  }}
                >
                  {texts.list.clearSearch}
                </Button>
              </EmptyState>
            ) : (
              <EmptyState Icon={IconSync} title={texts.sync.emptyTitle} detail={texts.sync.emptyDetail} />
            )
          ) : (
            <MailboxList mailboxes={rows} more={list.hasNextPage && !list.isFetchingNextPage ? () => void list.fetchNextPage() : undefined} />
          )}
        </>
      )}
    </div>
  );
}

function Summary({ mailboxes, total }: { mailboxes: Mailbox[]; total: number }) {
  const issues = useInfiniteQuery(issuesQuery({ state: "open" })).data?.pages[0]?.total ?? 0;
  const count = (states: Schemas["MailboxState"][]) => mailboxes.filter((mailbox) => states.includes(mailbox.state)).length;
  const items = mailboxes.reduce((sum, mailbox) => sum + mailbox.kinds.reduce((inner, kind) => inner + kind.to_crm.created, 0), 0);
  const attention = count(ATTENTION);
  return (
    <dl className="tiles">
      <Tile label={texts.sync.summary.mailboxes} value={formatNumber(total)} />
      <Tile label={texts.sync.summary.inStep} value={formatNumber(count(["idle"]))} tone="good" />
      <Tile label={texts.sync.summary.working} value={formatNumber(count(["first_sync", "syncing"]))} />
      <Tile label={texts.sync.summary.items} value={formatNumber(items)} />
      <Tile label={texts.sync.issues} value={formatNumber(issues)} tone={issues > 0 ? "warn" : undefined} to="/start/issues" />
      {attention > 0 && <Tile label={texts.sync.summary.attention} value={formatNumber(attention)} tone="bad" />}
    </dl>
  );
}

function Tile(props: { label: string; value: string; tone?: "good" | "warn" | "bad"; to?: string }) {
  return (
    <div className={`tile tile-${props.tone ?? "plain"}`}>
      <dt>{props.to ? <Link to={props.to}>{props.label}</Link> : props.label}</dt>
      <dd>{props.value}</dd>
    </div>
  );
}

// Only the rows in view exist: an organisation may have ten thousand mailboxes.
function MailboxList({ mailboxes, more }: { mailboxes: Mailbox[]; more?: () => void }) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: mailboxes.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 4,
    gap: 12,
    getItemKey: (index) => mailboxes[index].id,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more && last >= mailboxes.length - 10) more();
  }, [last, mailboxes.length, more]);
  return (
    <div className="mailbox-scroll" ref={scroller}>
      <ul className="mailbox-list" style={{ height: virtual.getTotalSize() }}>
        {items.map((item) => (
          <li key={item.key} ref={virtual.measureElement} data-index={item.index} style={{ transform: `translateY(${item.start}px)` }}>
            <MailboxCard mailbox={mailboxes[item.index]} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function MailboxCard({ mailbox }: { mailbox: Mailbox }) {
  return (
    <article className="card mailbox" aria-label={mailbox.address}>
      <div className="mailbox-head">
        <Face name={mailbox.name || mailbox.user?.name || mailbox.address} size={40} />
        <div className="mailbox-who">
          <Link to="/start/mail-sync/$id" params={{ id: mailbox.id }}>
            {mailbox.name || mailbox.user?.name || mailbox.address}
          </Link>
          <small>
            {mailbox.address}
            {mailbox.last_pass && ` · ${texts.sync.lastPass} ${formatAgo(mailbox.last_pass.finished_at ?? mailbox.last_pass.started_at)}`}
            {mailbox.push === "active" && <IconPush className="cell-icon" aria-label={texts.sync.push.active} />}
          </small>
        </div>
        <StateBadge state={mailbox.state} />
        {mailbox.open_issues > 0 && (
          <Link className="issue-link" to="/start/mail-sync/$id" params={{ id: mailbox.id }}>
            <IconIssue aria-hidden /> {texts.shell.openIssues(mailbox.open_issues)}
          </Link>
        )}
        <MailboxActions mailbox={mailbox} />
      </div>
      <SignInNotice mailbox={mailbox} />
      {mailbox.state_detail && !waitsForUser(mailbox) && (
        <MessageBar intent={ATTENTION.includes(mailbox.state) ? "error" : "warning"} layout="multiline">
          <MessageBarBody>{mailbox.state_detail}</MessageBarBody>
        </MessageBar>
      )}
      <div className="mailbox-kinds">
        {mailbox.kinds.map((kind) => (
          <KindCell key={kind.kind} kind={kind} />
        ))}
      </div>
    </article>
  );
}
