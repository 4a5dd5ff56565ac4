// Who is signed in, the shortcuts, and the way out.
import {
  Avatar,
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  Menu,
  MenuDivider,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
} from "@fluentui/react-components";
import { useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { sessionQuery, signOut, useForgetSession, useUser } from "../api/session";
import { initials } from "../format";
import { setup } from "../configuration/texts";
import { IconKeyboard, IconLock, IconSignOut, IconSync } from "../icons";
import { texts } from "../texts";
import { trustTexts } from "../texts-trust";
import { useKeys } from "../ui/keys";
import { useNotices } from "../ui/notice";

export function AccountMenu() {
  const user = useUser();
  const version = useQuery(sessionQuery).data?.product_version;
  const navigate = useNavigate();
  const forget = useForgetSession();
  const notices = useNotices();
  const [shortcuts, setShortcuts] = useState(false);
  useKeys({ "?": () => setShortcuts(true) });
  const leave = async () => {
    try {
      await signOut();
    } catch (error) {
      return notices.failed(error, texts.shell.signOut);
    }
    forget();
  };
  return (
    <>
      <Menu positioning="below-end">
        <MenuTrigger disableButtonEnhancement>
          <button type="button" className="account" aria-label={texts.shell.account(user.name)}>
            <Avatar name={user.name} initials={initials(user.name)} size={32} color="brand" aria-hidden />
          </button>
        </MenuTrigger>
        <MenuPopover>
          <div className="account-card">
            <strong>{user.name}</strong>
            <span>{user.email ?? user.login}</span>
          </div>
          <MenuDivider />
          <MenuList>
            <MenuItem icon={<IconSync />} onClick={() => void navigate({ to: "/preferences/mail-sync" })}>
              {trustTexts.preferences.title}
            </MenuItem>
            <MenuItem icon={<IconLock />} onClick={() => void navigate({ to: "/preferences/sign-in" })}>
              {setup.preferences.menu}
            </MenuItem>
            <MenuItem icon={<IconKeyboard />} onClick={() => setShortcuts(true)}>
              {texts.shell.shortcuts}
            </MenuItem>
            <MenuItem icon={<IconSignOut />} onClick={() => void leave()}>
              {texts.shell.signOut}
            </MenuItem>
          </MenuList>
          {version && <div className="account-version">{texts.shell.version(version)}</div>}
        </MenuPopover>
      </Menu>
      <Dialog open={shortcuts} onOpenChange={(_, data) => setShortcuts(data.open)}>
        <DialogSurface className="confirm">
          <DialogBody>
            <DialogTitle>{texts.shell.shortcuts}</DialogTitle>
            <DialogContent>
              <dl className="shortcuts">
                {texts.shortcuts.map(([keys, what]) => (
                  <div key={keys}>
                    <dt>
                      <kbd>{keys}</kbd>
                    </dt>
                    <dd>{what}</dd>
                  </div>
                ))}
              </dl>
            </DialogContent>
            <DialogActions>
              <Button onClick={() => setShortcuts(false)}>{texts.words.close}</Button>
            </DialogActions>
          </DialogBody>
        </DialogSurface>
      </Dialog>
    </>
  );
}
