// The frame around every page: sign-in, navigation, search, account; and the live stream, for as long as one is signed in.
import { Button, MessageBar, MessageBarBody } from "@fluentui/react-components";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Outlet, useRouterState } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useLiveState, useLiveStream } from "../api/events";
import { sessionQuery, useForgetSession, UserProvider } from "../api/session";
import { ComposeProvider } from "../mail/compose-context";
import { IconNavigation, IconSearch } from "../icons";
import { texts } from "../texts";
import { useKeys } from "../ui/keys";
import { ErrorState, LoadingPage } from "../ui/states";
import { AccountMenu } from "./account-menu";
import { GlobalSearch } from "./global-search";
import { Navigation } from "./navigation";
import { SignInPage } from "./sign-in-page";

export function Shell() {
  const session = useQuery(sessionQuery);
  if (session.isPending) return <LoadingPage />;
  if (session.isError && !session.data)
    return (
      <main>
        <ErrorState title={texts.errors.sessionTitle} error={session.error} onRetry={() => void session.refetch()} />
      </main>
    );
  if (!session.data) return <SignInPage />;
  return (
    <UserProvider value={session.data.user}>
      <SignedIn key={session.data.user.id} />
    </UserProvider>
  );
}

// The notice waits: a reconnection within a moment is nobody's business.
function useAwayForLong(): boolean {
  const state = useLiveState();
  const [long, setLong] = useState(false);
  useEffect(() => {
    if (state !== "away") return setLong(false);
    const timer = setTimeout(() => setLong(true), 8000);
    return () => clearTimeout(timer);
  }, [state]);
  return long;
}

function SignedIn() {
  const queries = useQueryClient();
  const forget = useForgetSession();
  useLiveStream(queries, forget);
  const away = useAwayForLong();
  const [searching, setSearching] = useState(false);
  const [navOpen, setNavOpen] = useState(false);
  const path = useRouterState({ select: (state) => state.location.pathname });
  const main = useRef<HTMLElement>(null);
  useKeys({ "ctrl+k": () => setSearching(true) });
  useEffect(() => setNavOpen(false), [path]);

  return (
    <ComposeProvider>
      <div className={navOpen ? "shell shell-nav-open" : "shell"}>
        <a className="skip-link" href="#content" onClick={(event) => (event.preventDefault(), main.current?.focus())}>
          {texts.words.skipToContent}
        </a>
        <Navigation />
        <button type="button" className="shell-shade" aria-label={texts.words.close} tabIndex={-1} onClick={() => setNavOpen(false)} />
        <div className="shell-right">
          <header className="topbar">
            <Button
              className="topbar-menu"
              appearance="subtle"
              icon={<IconNavigation />}
              aria-label={texts.shell.openNavigation}
              aria-expanded={navOpen}
              onClick={() => setNavOpen(!navOpen)}
            />
            <button type="button" className="topbar-search" onClick={() => setSearching(true)}>
              <IconSearch aria-hidden />
              <span>{texts.shell.search}</span>
              <kbd>{texts.shell.searchHint}</kbd>
            </button>
            <AccountMenu />
          </header>
          {away && (
            <MessageBar intent="warning" className="away">
              <MessageBarBody>{texts.shell.away}</MessageBarBody>
            </MessageBar>
          )}
          <main id="content" ref={main} tabIndex={-1}>
            <Outlet />
          </main>
        </div>
        {searching && <GlobalSearch onClose={() => setSearching(false)} />}
      </div>
    </ComposeProvider>
  );
}
