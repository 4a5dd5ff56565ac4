// The frame in which a stranger's HTML is shown: opaque origin (no allow-same-origin), no scripts, links open outside.
import { useMemo } from "react";
import { texts } from "../texts";
import { frameDocument } from "./sanitize";

export function MailFrame({ html, allowRemote, subject }: { html: string; allowRemote: boolean; subject: string }) {
  const source = useMemo(() => frameDocument(html, allowRemote), [html, allowRemote]);
  // A new key for a new policy: a document keeps the policy it began with.
  return (
    <iframe
      key={String(allowRemote)}
      className="mail-frame"
      title={texts.email.frameTitle(subject)}
      sandbox="allow-popups allow-popups-to-escape-sandbox"
      referrerPolicy="no-referrer"
      srcDoc={source}
    />
  );
}
