// The text of an email: formatted in its frame, or plain.
import { Button, MessageBar, MessageBarActions, MessageBarBody } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState, type JSX, type ReactNode } from "react";
import { attachmentAsData, type EmailDetail } from "../api/mail";
import { IconImageOff, IconLock, IconWarning } from "../icons";
import { texts } from "../texts";
import { MailFrame } from "./mail-frame";
import { sanitizeMail } from "./sanitize";

const MOST_INLINE_BYTES = 8 * 1024 * 1024;
const NO_PICTURES: ReadonlyMap<string, string> = new Map();

function useInlinePictures(email: EmailDetail): ReadonlyMap<string, string> {
  const wanted = email.attachments.filter((entry) => entry.content_id && entry.available !== false && email.body_html?.includes("cid:"));
  return (
    useQuery({
      queryKey: ["inline", email.id],
      queryFn: async () => {
        const pictures = new Map<string, string>();
        let room = MOST_INLINE_BYTES;
        for (const entry of wanted) {
          room -= entry.size;
          const data = room >= 0 ? await attachmentAsData(email.id, entry) : null;
          if (data) pictures.set(entry.content_id!, data);
        }
        return pictures;
      },
      enabled: wanted.length > 0,
      staleTime: Infinity,
    }).data ?? NO_PICTURES
  );
}

const URL_IN_TEXT = /(https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]])/g;
function linked(text: string): ReactNode[] {
  return text.split(URL_IN_TEXT).map((part, index) =>
    index % 2 === 1 ? (
      <a key={index} href={part} target="_blank" rel="noopener noreferrer nofollow">
        {part}
      </a>
    ) : (
      part
    ),
  );
}

function Remark({ intent, icon, children }: { intent: "info" | "warning"; icon?: JSX.Element; children: ReactNode }) {
  return (
    <MessageBar intent={intent} layout="multiline" icon={icon} className="mail-remark">
      <MessageBarBody>{children}</MessageBarBody>
    </MessageBar>
  );
}

export function MailBody({ email }: { email: EmailDetail }) {
  const [allowRemote, setAllowRemote] = useState(false);
  const [asText, setAsText] = useState(false);
  const inline = useInlinePictures(email);
  const mail = useMemo(() => (email.body_html ? sanitizeMail(email.body_html, { allowRemote, inline }) : undefined), [email.body_html, allowRemote, inline]);
  const plain = !mail || asText;
  return (
    <div className="mail-body">
      {email.damaged && (
        <Remark intent="warning" icon={<IconWarning />}>
          {texts.email.damaged(email.damaged)}
        </Remark>
      )}
      {email.protection && email.protection !== "none" && (
        <Remark intent="info" icon={<IconLock />}>
          {texts.email.protection[email.protection]}
        </Remark>
      )}
      {email.body_truncated && <Remark intent="info">{texts.email.truncated}</Remark>}
      {mail && !plain && mail.remote > 0 && !allowRemote && (
        <MessageBar intent="info" icon={<IconImageOff />} className="mail-remark">
          <MessageBarBody>{texts.email.remoteBlocked(mail.remote)}</MessageBarBody>
          <MessageBarActions>
            <Button size="small" onClick={() => setAllowRemote(true)}>
              {texts.email.loadRemote}
            </Button>
          </MessageBarActions>
        </MessageBar>
      )}
      {plain ? (
        <div className="mail-text">{email.body_text ? linked(email.body_text) : <em>{texts.email.emptyBody}</em>}</div>
      ) : (
        <MailFrame html={mail.html} allowRemote={allowRemote} subject={email.subject || texts.words.noSubject} />
      )}
      {mail && email.body_text && (
        <Button size="small" appearance="transparent" className="mail-as-text" onClick={() => setAsText(!asText)}>
          {asText ? texts.email.showHtml : texts.email.showText}
        </Button>
      )}
    </div>
  );
}
