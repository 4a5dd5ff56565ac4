// The way to the mail service's own sign-in page, for whoever owns the mailbox.
import { Button, MessageBar, MessageBarActions, MessageBarBody } from "@fluentui/react-components";
import { useUser } from "../api/session";
import type { Mailbox } from "../api/sync";
import { asSentence } from "../format";
import { IconKey } from "../icons";
import { trustTexts } from "../texts-trust";

const words = trustTexts.signIn;

// A page of the server, not of this application: the browser has to leave.
export function signInAddress(mailboxId: string): string {
  return `/api/v1/oauth/start?mailbox=${encodeURIComponent(mailboxId)}`;
}

export function waitsForUser(mailbox: Mailbox): boolean {
  return mailbox.sign_in === "first" || mailbox.sign_in === "again";
}

export function useMaySignIn(mailbox: Mailbox): boolean {
  const user = useUser();
  return mailbox.sign_in !== "not_needed" && mailbox.user?.id === user.id;
}

export function SignInButton({ mailbox, size = "medium", primary = true }: { mailbox: Mailbox; size?: "small" | "medium"; primary?: boolean }) {
  const again = mailbox.sign_in !== "first";
  return (
    <Button as="a" href={signInAddress(mailbox.id)} size={size} appearance={primary ? "primary" : "secondary"} icon={<IconKey />} aria-label={words.buttonLabel(mailbox.address, again)}>
      {again ? words.again : words.first}
    </Button>
  );
}

// Shown where a mailbox waits for its user.
export function SignInNotice({ mailbox }: { mailbox: Mailbox }) {
  const mine = useMaySignIn(mailbox);
  if (!waitsForUser(mailbox)) return null;
  const what = mailbox.sign_in === "first" ? words.firstNotice(mailbox.address) : words.againNotice(mailbox.address);
  const why = mailbox.sign_in === "again" && mailbox.state_detail ? asSentence(mailbox.state_detail) : "";
  return (
    <MessageBar intent="warning" layout="multiline">
      <MessageBarBody>
        {why} {what} {!mine && mailbox.user && words.others(mailbox.user.name)}
      </MessageBarBody>
      {mine && (
        <MessageBarActions>
          <SignInButton mailbox={mailbox} size="small" />
        </MessageBarActions>
      )}
    </MessageBar>
  );
}
