// A one-time link, shown this once for the administrator to hand on.
import { Button, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, Field, Input } from "@fluentui/react-components";
import { useState } from "react";
import type { UserLink } from "../api/account";
import { formatFull } from "../format";
import { IconCopy, IconDone } from "../icons";
import { setup } from "./texts";

const words = setup.users;

export function LinkDialog({ link, onClose }: { link: UserLink; onClose: () => void }) {
  const [copied, setCopied] = useState(false);
  const address = `${location.origin}/welcome#${link.token}`;
  const copy = async () => {
    await navigator.clipboard.writeText(address);
    setCopied(true);
  };
  return (
    <Dialog open modalType="alert">
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{words.linkTitle(link.user.name)}</DialogTitle>
          <DialogContent className="stack">
            <p>{words.linkDetail(formatFull(link.expires_at))}</p>
            <Field label={words.linkLabel}>
              <Input value={address} readOnly onFocus={(event) => event.target.select()} />
            </Field>
          </DialogContent>
          <DialogActions>
            <Button icon={copied ? <IconDone /> : <IconCopy />} onClick={() => void copy()}>
              {copied ? words.copied : words.copy}
            </Button>
            <Button appearance="primary" onClick={onClose}>
              {words.done}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
