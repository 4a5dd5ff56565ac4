// One email: who, when, about what, its text, its attachments; and answering it.
import { Badge, Button } from "@fluentui/react-components";
import { useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Schemas } from "../api/client";
import { attachmentUrl, emailQuery, originalUrl, type EmailDetail } from "../api/mail";
import { useUser } from "../api/session";
import { formatBytes, formatFull } from "../format";
import { IconAttach, IconChevronRight, IconDocument, IconDownload, IconForward, IconReply, IconReplyAll } from "../icons";
import { prefixed, withoutDoubles } from "../mail/addresses";
import { useCompose, type ComposeStart } from "../mail/compose-context";
import { MailBody } from "../mail/mail-body";
import { textToHtml } from "../mail/sanitize";
import { Visibility } from "../mail/visibility";
import { SyncBadge } from "../records/sync-badge";
import { mailName, RecordLink } from "../records/values";
import { ExplainButton } from "../sync/explain";
import { texts } from "../texts";
import { Face } from "../ui/face";
import { useKeys } from "../ui/keys";
import { useNotices } from "../ui/notice";
import { ErrorState, LoadingPage } from "../ui/states";
import { useTitle } from "../ui/title";

const route = getRouteApi("/shell/emails/$id");
const SHOWN_RECIPIENTS = 6;
const MOST_FORWARDED_BYTES = 10 * 1024 * 1024;

export function EmailPage() {
  const { id } = route.useParams();
  const email = useQuery(emailQuery(id));
  useTitle(email.data ? email.data.subject || texts.words.noSubject : texts.resources.emails.plural);
  if (email.isPending) return <LoadingPage />;
  if (email.isError && !email.data) return <ErrorState title={texts.errors.recordTitle} error={email.error} onRetry={() => void email.refetch()} />;
  return <Message key={id} email={email.data!} />;
}

export function answerTo(email: EmailDetail, ownAddress: string | null | undefined, all: boolean): ComposeStart {
  const own = ownAddress ? [ownAddress] : [];
  const sender = email.reply_to.length > 0 ? email.reply_to : email.from ? [email.from] : [];
  // Answering one's own mail goes to those it was sent to.
  const first = email.direction === "out" ? email.to : sender;
  const to = withoutDoubles(all && email.direction !== "out" ? [...first, ...email.to] : first, own);
  const cc = all ? withoutDoubles(email.cc, [...own, ...to.map((entry) => entry.address)]) : [];
  return {
    mode: "reply",
    to: to.length > 0 ? to : first,
    cc,
    subject: prefixed("Re", email.subject),
    quote: quoted(email, texts.compose.quoteHead(formatFull(email.received_at), mailName(email.from))),
    inReplyTo: email.id,
  };
}

// The text only: a stranger's HTML never enters our own editor.
function quoted(email: EmailDetail, head: string): string {
  return `<p>${textToHtml(head)}</p><blockquote>${textToHtml(email.body_text ?? "")}</blockquote>`;
}

async function forwardedFiles(email: EmailDetail): Promise<File[]> {
  const files: File[] = [];
  let room = MOST_FORWARDED_BYTES;
  for (const entry of email.attachments.filter((attachment) => !attachment.inline && attachment.available !== false)) {
    room -= entry.size;
    if (room < 0) break;
    const answer = await fetch(attachmentUrl(email.id, entry.id), { credentials: "same-origin" });
    if (answer.ok) files.push(new File([await answer.blob()], entry.name, { type: entry.content_type }));
  }
  return files;
}

function Message({ email }: { email: EmailDetail }) {
  const compose = useCompose();
  const user = useUser();
  const notices = useNotices();
  const reply = (all: boolean) => compose.open(answerTo(email, user.email, all));
  const forward = useMutation({
    mutationFn: () => forwardedFiles(email),
    onSuccess: (files) => {
      const head = [texts.compose.forwardHead, `${texts.email.from}: ${mailName(email.from)}`, `${texts.compose.subject}: ${email.subject}`, formatFull(email.received_at)].join("\n");
      compose.open({ mode: "forward", subject: prefixed("Fw", email.subject), quote: quoted(email, head), files });
    },
    onError: (error) => notices.failed(error),
  });
  useKeys({ r: () => reply(false), a: () => reply(true), f: () => forward.mutate() });
  return (
    <div className="page email-page">
      <nav className="crumbs" aria-label={texts.resources.emails.plural}>
        <Link to="/$resource" params={{ resource: "emails" }}>
          {texts.resources.emails.plural}
        </Link>
        <IconChevronRight aria-hidden />
      </nav>
      <article className="card email-card">
        <header className="email-head">
          <div className="email-subject">
            <h1>{email.subject || texts.words.noSubject}</h1>
            {email.direction === "internal" && <Badge appearance="tint">{texts.email.internal}</Badge>}
            <SyncBadge id={email.id} />
          </div>
          <div className="email-from">
            <Face name={mailName(email.from)} size={40} />
            <div className="email-who">
              <strong>{mailName(email.from) || texts.words.unnamed}</strong>
              {email.from?.name && <span className="email-address">{email.from.address}</span>}
              <Recipients email={email} />
            </div>
            <div className="email-side">
              <time dateTime={email.received_at}>{formatFull(email.received_at)}</time>
              <div className="email-actions">
                <Button size="small" appearance="primary" icon={<IconReply />} onClick={() => reply(false)}>
                  {texts.email.reply}
                </Button>
                <Button size="small" icon={<IconReplyAll />} onClick={() => reply(true)}>
                  {texts.email.replyAll}
                </Button>
                <Button size="small" icon={<IconForward />} disabledFocusable={forward.isPending} onClick={() => forward.mutate()}>
                  {texts.email.forward}
                </Button>
                <ExplainButton recordId={email.id} size="small" />
              </div>
            </div>
          </div>
          {email.related.length > 0 && (
            <p className="email-related">
              <span>{texts.email.related}</span>
              {email.related.map((ref) => (
                <RecordLink key={ref.id} value={ref} face />
              ))}
            </p>
          )}
          <Attachments email={email} />
        </header>
        <MailBody email={email} />
        <footer className="email-foot">
          {email.has_original !== false && (
            <a className="as-link" href={originalUrl(email.id)} download>
              <IconDownload aria-hidden /> {texts.email.original}
            </a>
          )}
          <Visibility email={email} />
        </footer>
      </article>
    </div>
  );
}

function Recipients({ email }: { email: EmailDetail }) {
  const [all, setAll] = useState(false);
  const lines: [string, Schemas["MailAddress"][]][] = [
    [texts.email.to, email.to],
    [texts.email.cc, email.cc],
    [texts.email.bcc, email.bcc],
  ];
  const hidden = lines.reduce((sum, [, list]) => sum + Math.max(0, list.length - SHOWN_RECIPIENTS), 0);
  return (
    <div className="email-recipients">
      {lines
        .filter(([, list]) => list.length > 0)
        .map(([label, list]) => (
          <span key={label}>
            <b>{label}</b>{" "}
            {(all ? list : list.slice(0, SHOWN_RECIPIENTS)).map((address, index) => (
              <span key={`${address.address}-${index}`} title={address.address}>
                {index > 0 && ", "}
                {mailName(address)}
              </span>
            ))}
          </span>
        ))}
      {hidden > 0 && !all && (
        <button type="button" className="as-link" onClick={() => setAll(true)}>
          {texts.email.moreRecipients(hidden)}
        </button>
      )}
    </div>
  );
}

function Attachments({ email }: { email: EmailDetail }) {
  const files = email.attachments.filter((entry) => !entry.inline);
  if (files.length === 0) return null;
  return (
    <section aria-label={texts.email.attachments(files.length)}>
      <ul className="files">
        {files.map((entry) => (
          <li key={entry.id}>
            {entry.available === false ? (
              <span className="file file-gone">
                <IconDocument aria-hidden />
                <span>{entry.name}</span>
                <small>
                  {formatBytes(entry.size)}, {texts.email.tooLarge}
                </small>
              </span>
            ) : (
              <a className="file" href={attachmentUrl(email.id, entry.id)} download={entry.name}>
                <IconAttach aria-hidden />
                <span>{entry.name}</span>
                <small>{formatBytes(entry.size)}</small>
              </a>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
