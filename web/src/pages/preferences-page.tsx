// Preferences > Integration > Mail Sync: one's own mailboxes, and what waits for their user.
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { issuesQuery, mailboxesQuery, type Mailbox } from "../api/sync";
import { useUser } from "../api/session";
import { IconSync } from "../icons";
import { IssueList } from "../sync/issue-list";
import { ExplainSearch } from "../sync/explain";
import { SignInButton, SignInNotice } from "../sync/sign-in";
import { KindCell, MailboxActions, StateBadge } from "../sync/sync-parts";
import { texts } from "../texts";
import { trustTexts } from "../texts-trust";
import { EmptyState, ErrorState, LoadingPage } from "../ui/states";
import { useTitle } from "../ui/title";

const words = trustTexts.preferences;

export function PreferencesPage() {
  useTitle(words.title);
  const user = useUser();
  const boxes = useInfiniteQuery(mailboxesQuery());
  if (boxes.isPending) return <LoadingPage />;
  if (boxes.isError && !boxes.data) return <ErrorState title={texts.errors.listTitle} error={boxes.error} onRetry={() => void boxes.refetch()} />;
  const own = (boxes.data?.pages.flatMap((page) => page.items) ?? []).filter((box) => box.user?.id === user.id);
  return (
    <div className="page record-page">
      <header className="list-head">
        <div>
          <h1>{words.title}</h1>
          <p className="lead">{words.lead}</p>
        </div>
      </header>
      {own.length === 0 ? <EmptyState Icon={IconSync} title={words.emptyTitle} detail={words.emptyDetail} /> : own.map((box) => <OwnMailbox key={box.id} mailbox={box} />)}
      <ExplainSearch />
    </div>
  );
}

function OwnMailbox({ mailbox }: { mailbox: Mailbox }) {
  const issues = useInfiniteQuery(issuesQuery({ mailbox_id: mailbox.id, state: "open" }));
  const open = issues.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <article className="card mailbox" aria-label={mailbox.address}>
      <div className="mailbox-head">
        <h2 className="mailbox-who">
          <Link to="/start/mail-sync/$id" params={{ id: mailbox.id }}>
            {mailbox.address}
          </Link>
        </h2>
        <StateBadge state={mailbox.state} />
        <MailboxActions mailbox={mailbox} />
        {mailbox.sign_in === "done" && <SignInButton mailbox={mailbox} size="small" primary={false} />}
      </div>
      <SignInNotice mailbox={mailbox} />
      <div className="mailbox-kinds">
        {mailbox.kinds.map((kind) => (
          <KindCell key={kind.kind} kind={kind} />
        ))}
      </div>
      {open.length > 0 && (
        <section aria-label={words.issues}>
          <IssueList issues={open} level="h3" />
        </section>
      )}
    </article>
  );
}
