// One mailbox: each kind in both directions, what was left out and why, its passes, its issues.
import { Button, MessageBar, MessageBarBody } from "@fluentui/react-components";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { issuesQuery, mailboxQuery, runsQuery, type Counts, type Mailbox, type Run } from "../api/sync";
import { formatAgo, formatDuration, formatFull, formatNumber } from "../format";
import { IconChevronRight, IconDone, IconHistory } from "../icons";
import { IssueList } from "../sync/issue-list";
import { DryRunButton, HeldNotices, Plans, StartNotice, UndoButton } from "../sync/mailbox-plans";
import { SignInButton, SignInNotice, useMaySignIn, waitsForUser } from "../sync/sign-in";
import { KindProgress, LiveBadge, MailboxActions, reasonText, skippedOf, StateBadge } from "../sync/sync-parts";
import { texts } from "../texts";
import { Face } from "../ui/face";
import { EmptyState, ErrorState, LoadingPage, LoadingRows } from "../ui/states";
import { useTitle } from "../ui/title";

const route = getRouteApi("/shell/start/mail-sync/$id");

// Where the mailbox can be read.
const DRY_RUN_STATES = new Set<Mailbox["state"]>(["first_sync", "syncing", "idle", "waiting", "paused", "waiting_for_start", "stopped"]);

export function MailboxPage() {
  const { id } = route.useParams();
  const mailbox = useQuery(mailboxQuery(id));
  useTitle(mailbox.data?.address ?? texts.sync.title);
  if (mailbox.isPending) return <LoadingPage />;
  if (mailbox.isError && !mailbox.data) return <ErrorState title={texts.errors.recordTitle} error={mailbox.error} onRetry={() => void mailbox.refetch()} />;
  return <MailboxView box={mailbox.data!} />;
}

function MailboxView({ box }: { box: Mailbox }) {
  const mine = useMaySignIn(box);
  return (
    <div className="page record-page">
      <header className="record-head">
        <nav className="crumbs" aria-label={texts.sync.title}>
          <Link to="/start/mail-sync">{texts.sync.title}</Link>
          <IconChevronRight aria-hidden />
        </nav>
        <div className="record-title">
          <Face name={box.name || box.user?.name || box.address} size={56} />
          <div className="record-name">
            <h1>{box.name || box.user?.name || box.address}</h1>
            <p>
              <StateBadge state={box.state} />
              <span>{box.address}</span>
              <LiveBadge />
            </p>
          </div>
          <MailboxActions mailbox={box} size="medium" />
          {DRY_RUN_STATES.has(box.state) && <DryRunButton mailbox={box} />}
          {mine && box.sign_in === "done" && <SignInButton mailbox={box} primary={false} />}
        </div>
      </header>
      <SignInNotice mailbox={box} />
      <StartNotice mailbox={box} />
      <HeldNotices mailbox={box} />
      {box.state_detail && !waitsForUser(box) && (
        <MessageBar intent={box.state === "stopped" || box.state === "needs_sign_in" ? "error" : "warning"} layout="multiline">
          <MessageBarBody>{box.state_detail}</MessageBarBody>
        </MessageBar>
      )}
      <Facts mailbox={box} />
      <Kinds mailbox={box} />
      <MailboxIssues id={box.id} />
      <Runs mailbox={box} />
      <Plans mailbox={box} />
    </div>
  );
}

function Facts({ mailbox }: { mailbox: Mailbox }) {
  const facts: [string, string][] = [
    [texts.sync.user, mailbox.user?.name ?? texts.words.nobody],
    [texts.sync.accessMethod, texts.sync.methods[mailbox.access_method]],
    [texts.sync.watching, texts.sync.push[mailbox.push]],
    [texts.sync.lastPass, mailbox.last_pass ? formatAgo(mailbox.last_pass.finished_at ?? mailbox.last_pass.started_at) : texts.sync.never],
    [texts.sync.nextPass, mailbox.next_pass_at ? formatAgo(mailbox.next_pass_at) : texts.sync.never],
  ];
  return (
    <dl className="card facts">
      {facts.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Kinds({ mailbox }: { mailbox: Mailbox }) {
  return (
    <section className="card" aria-labelledby="totals">
      <header className="card-head">
        <h2 id="totals">{texts.sync.totals}</h2>
      </header>
      <div className="table-wrap" tabIndex={0} role="group" aria-labelledby="totals">
        <table className="counts">
          <thead>
            <tr>
              <td />
              <th scope="colgroup" colSpan={3}>
                {texts.sync.toCrm}
              </th>
              <th scope="colgroup" colSpan={3}>
                {texts.sync.toMailbox}
              </th>
            </tr>
            <tr>
              <td />
              {[0, 1].flatMap((side) =>
                [texts.sync.created, texts.sync.changed, texts.sync.skipped].map((label) => (
                  <th key={`${side}${label}`} scope="col">
                    {label}
                  </th>
                )),
              )}
            </tr>
          </thead>
          <tbody>
            {mailbox.kinds.map((kind) => (
              <tr key={kind.kind}>
                <th scope="row">
                  <span className="kind-cell-head">
                    <span className={`dot dot-${kind.state}`} aria-hidden />
                    {texts.sync.kinds[kind.kind]}
                    <small>{kind.detail ?? texts.sync.kindStates[kind.state]}</small>
                  </span>
                  <KindProgress kind={kind} />
                </th>
                <CountCells counts={kind.to_crm} />
                <CountCells counts={kind.to_mailbox} />
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function CountCells({ counts }: { counts: Counts }) {
  const skipped = skippedOf(counts);
  return (
    <>
      <td>{formatNumber(counts.created)}</td>
      <td>{formatNumber(counts.changed)}</td>
      <td>
        {skipped === 0 ? (
          "0"
        ) : (
          <details className="reasons">
            <summary>{formatNumber(skipped)}</summary>
            <ul>
              {Object.entries(counts.skipped).map(([reason, n]) => (
                <li key={reason}>
                  {reasonText(reason)}: {formatNumber(n)}
                </li>
              ))}
            </ul>
          </details>
        )}
      </td>
    </>
  );
}

function MailboxIssues({ id }: { id: string }) {
  const issues = useInfiniteQuery(issuesQuery({ mailbox_id: id, state: "open" }));
  const items = issues.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section className="card" aria-labelledby="mailbox-issues">
      <header className="card-head">
        <h2 id="mailbox-issues">{texts.sync.issues}</h2>
      </header>
      {issues.isPending ? (
        <LoadingRows rows={2} />
      ) : issues.isError ? (
        <ErrorState title={texts.errors.listTitle} error={issues.error} onRetry={() => void issues.refetch()} />
      ) : items.length === 0 ? (
        <p className="quiet">
          <IconDone aria-hidden /> {texts.sync.issuesEmptyTitle}. {texts.sync.issuesEmptyDetail}
        </p>
      ) : (
        <IssueList issues={items} level="h3" />
      )}
      {issues.hasNextPage && <Button onClick={() => void issues.fetchNextPage()}>{texts.timeline.more}</Button>}
    </section>
  );
}

function resultOf(run: Run): string {
  const parts = run.kinds.flatMap(({ kind, to_crm, to_mailbox }) => {
    const n = to_crm.created + to_crm.changed + to_mailbox.created + to_mailbox.changed;
    return n > 0 ? [`${texts.sync.kinds[kind]} ${formatNumber(n)}`] : [];
  });
  return run.error ?? (parts.join(", ") || "–");
}

function Runs({ mailbox }: { mailbox: Mailbox }) {
  const runs = useInfiniteQuery(runsQuery(mailbox.id));
  const queries = useQueryClient();
  // A pass that ended is heard through its mailbox.
  const ended = useRef(mailbox.last_pass?.id);
  useEffect(() => {
    if (ended.current === mailbox.last_pass?.id) return;
    ended.current = mailbox.last_pass?.id;
    void queries.invalidateQueries({ queryKey: ["runs", mailbox.id] });
  }, [queries, mailbox.id, mailbox.last_pass?.id]);
  const items = runs.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section className="card" aria-labelledby="runs">
      <header className="card-head">
        <h2 id="runs">{texts.sync.runs}</h2>
      </header>
      {runs.isPending ? (
        <LoadingRows rows={3} />
      ) : runs.isError && items.length === 0 ? (
        <ErrorState title={texts.errors.listTitle} error={runs.error} onRetry={() => void runs.refetch()} />
      ) : items.length === 0 ? (
        <EmptyState Icon={IconHistory} title={texts.sync.runsEmptyTitle} detail={texts.sync.runsEmptyDetail} />
      ) : (
        <div className="table-wrap" tabIndex={0} role="group" aria-labelledby="runs">
          <table className="counts runs">
            <thead>
              <tr>
                {[texts.sync.started, texts.sync.cause, texts.sync.state, texts.sync.duration, texts.sync.requests, texts.sync.writes, texts.sync.result].map((label) => (
                  <th key={label} scope="col">
                    {label}
                  </th>
                ))}
                <td />
              </tr>
            </thead>
            <tbody>
              {items.map((run) => (
                <tr key={run.id}>
                  <th scope="row" title={formatFull(run.started_at)}>
                    {formatAgo(run.started_at)}
                  </th>
                  <td>{texts.sync.runTriggers[run.trigger]}</td>
                  <td>{texts.sync.runStates[run.state]}</td>
                  <td>{run.finished_at ? formatDuration(new Date(run.finished_at).getTime() - new Date(run.started_at).getTime()) : "…"}</td>
                  <td>{formatNumber(run.requests)}</td>
                  <td>{formatNumber(run.writes)}</td>
                  <td className="run-result">{resultOf(run)}</td>
                  <td>
                    <UndoButton run={run} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {runs.hasNextPage && (
        <Button appearance="subtle" onClick={() => void runs.fetchNextPage()}>
          {texts.timeline.more}
        </Button>
      )}
    </section>
  );
}
