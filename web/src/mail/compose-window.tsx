// Writing an email. It leaves through a mailbox of one's own, once; what became of it is told when it is known.
import { Button, MessageBar, MessageBarBody, Select, Spinner } from "@fluentui/react-components";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { messageOf, type Schemas } from "../api/client";
import { sendEmail } from "../api/mail";
import { useUser } from "../api/session";
import { mailboxesQuery, type Mailbox } from "../api/sync";
import { formatBytes } from "../format";
import { IconAttach, IconDismiss, IconSend } from "../icons";
import { texts } from "../texts";
import { Confirm } from "../ui/confirm";
import { useNotices } from "../ui/notice";
import type { ComposeStart } from "./compose-context";
import { Editor } from "./editor";
import { RecipientsInput } from "./recipients-input";

type MailAddress = Schemas["MailAddress"];
// The server takes 16 MiB of JSON; base64 makes 4 bytes of 3.
const MOST_ATTACHED_BYTES = 10 * 1024 * 1024;

export interface Draft {
  to: MailAddress[];
  cc: MailAddress[];
  bcc: MailAddress[];
  subject: string;
  html: string;
  files: File[];
}

async function base64(file: File): Promise<string> {
  return await new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,/, ""));
    reader.onerror = () => reject(reader.error ?? new Error("unreadable"));
    reader.readAsDataURL(file);
  });
}

function useOwnMailboxes(): { mailboxes: Mailbox[]; loaded: boolean } {
  const user = useUser();
  const all = useInfiniteQuery(mailboxesQuery());
  const mailboxes = (all.data?.pages.flatMap((page) => page.items) ?? []).filter((mailbox) => mailbox.user?.id === user.id);
  return { mailboxes, loaded: !all.isPending };
}

export function ComposeWindow({ start, onClose }: { start: ComposeStart; onClose: () => void }) {
  const notices = useNotices();
  const queries = useQueryClient();
  const { mailboxes, loaded } = useOwnMailboxes();
  const [from, setFrom] = useState("");
  const [draft, setDraft] = useState<Draft>({
    to: start.to ?? [],
    cc: start.cc ?? [],
    bcc: [],
    subject: start.subject ?? "",
    html: start.quote ?? "",
    files: start.files ?? [],
  });
  const [copies, setCopies] = useState((start.cc ?? []).length > 0);
  const [problem, setProblem] = useState<string>();
  const [asking, setAsking] = useState(false);
  const [touched, setTouched] = useState(false);
  const clientId = useRef(crypto.randomUUID()); // the same for every try: an email is queued once
  const set = (change: Partial<Draft>) => {
    setTouched(true);
    setDraft((old) => ({ ...old, ...change }));
  };
  const mailboxId = from || mailboxes[0]?.id;

  const send = useMutation({
    mutationFn: async () => {
      const attachments = await Promise.all(
        draft.files.map(async (file) => ({ name: file.name, content_type: file.type || "application/octet-stream", content_base64: await base64(file) })),
      );
      const { to, cc, bcc, subject, html } = draft;
      const about = { record_id: start.recordId ?? null, in_reply_to_id: start.inReplyTo ?? null };
      return sendEmail({ client_id: clientId.current, mailbox_id: mailboxId!, to, cc, bcc, subject, html: html || "<p></p>", attachments, ...about });
    },
    onSuccess: (message) => {
      void queries.invalidateQueries({ queryKey: ["outbox"] });
      if (message.state === "pending") notices.done(texts.compose.queued, message.subject);
      onClose();
    },
    onError: (error) => setProblem(messageOf(error)),
  });
  const trySend = () => {
    const size = draft.files.reduce((sum, file) => sum + file.size, 0);
    if (!mailboxId) return setProblem(texts.compose.noMailbox);
    if (draft.to.length + draft.cc.length + draft.bcc.length === 0) return setProblem(texts.compose.noRecipient);
    if (size > MOST_ATTACHED_BYTES) return setProblem(texts.compose.tooLarge(formatBytes(MOST_ATTACHED_BYTES)));
    setProblem(undefined);
    if (!send.isPending) send.mutate();
  };
  const close = () => (touched ? setAsking(true) : onClose());
  const title = start.mode === "reply" ? texts.compose.replyTitle : start.mode === "forward" ? texts.compose.forwardTitle : texts.compose.title;

  return (
    <section
      className="compose"
      role="dialog"
      aria-label={title}
      onKeyDown={(event) => {
        if (event.key === "Escape") close();
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) trySend();
      }}
    >
      <div className="compose-head">
        <h2>{title}</h2>
        <Button size="small" appearance="subtle" icon={<IconDismiss />} aria-label={texts.words.close} onClick={close} />
      </div>
      <div className="compose-fields">
        {(problem || (loaded && mailboxes.length === 0)) && (
          <MessageBar intent="error" layout="multiline" role="alert">
            <MessageBarBody>{problem ?? texts.compose.noMailbox}</MessageBarBody>
          </MessageBar>
        )}
        {mailboxes.length > 1 && (
          <label className="compose-line">
            <span>{texts.compose.from}</span>
            <Select appearance="underline" value={mailboxId} onChange={(_, data) => setFrom(data.value)}>
              {mailboxes.map((mailbox) => (
                <option key={mailbox.id} value={mailbox.id}>
                  {mailbox.address}
                </option>
              ))}
            </Select>
          </label>
        )}
        <RecipientsInput label={texts.compose.to} value={draft.to} autoFocus={draft.to.length === 0} onChange={(to) => set({ to })} />
        {copies ? (
          <>
            <RecipientsInput label={texts.compose.cc} value={draft.cc} onChange={(cc) => set({ cc })} />
            <RecipientsInput label={texts.compose.bcc} value={draft.bcc} onChange={(bcc) => set({ bcc })} />
          </>
        ) : (
          <Button size="small" appearance="transparent" className="compose-copies" onClick={() => setCopies(true)}>
            {texts.compose.addCc}
          </Button>
        )}
        <label className="compose-line">
          <span>{texts.compose.subject}</span>
          <input className="compose-subject" value={draft.subject} maxLength={1000} onChange={(event) => set({ subject: event.target.value })} />
        </label>
      </div>
      <Editor initial={draft.html ? `<p><br></p>${draft.html}` : ""} autoFocus={draft.to.length > 0} onChange={(html) => set({ html })} />
      <Files files={draft.files} onChange={(files) => set({ files })} />
      <div className="compose-foot">
        <Button appearance="primary" icon={send.isPending ? <Spinner size="tiny" /> : <IconSend />} disabledFocusable={send.isPending} onClick={trySend}>
          {send.isPending ? texts.compose.sending : texts.compose.send}
        </Button>
        <AttachButton onFiles={(files) => set({ files: [...draft.files, ...files] })} />
      </div>
      <Confirm open={asking} title={texts.compose.discardTitle} detail={texts.compose.discardDetail} confirm={texts.compose.discard} cancel={texts.compose.keep} onConfirm={onClose} onCancel={() => setAsking(false)} />
    </section>
  );
}

function Files({ files, onChange }: { files: File[]; onChange: (files: File[]) => void }) {
  if (files.length === 0) return null;
  return (
    <ul className="files">
      {files.map((file, index) => (
        <li key={`${file.name}-${index}`} className="file">
          <IconAttach aria-hidden />
          <span>{file.name}</span>
          <small>{formatBytes(file.size)}</small>
          <Button size="small" appearance="subtle" icon={<IconDismiss />} aria-label={texts.words.remove(file.name)} onClick={() => onChange(files.filter((_, place) => place !== index))} />
        </li>
      ))}
    </ul>
  );
}

function AttachButton({ onFiles }: { onFiles: (files: File[]) => void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button appearance="subtle" icon={<IconAttach />} onClick={() => input.current?.click()}>
        {texts.compose.attach}
      </Button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        onChange={(event) => {
          onFiles([...(event.target.files ?? [])]);
          event.target.value = "";
        }}
      />
    </>
  );
}
