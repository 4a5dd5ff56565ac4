// Where a one-time link leads: the first administrator, an invitation, a reset password. The token stands behind
// '#', so that no server and no proxy writes it down; it is taken out of the address at once.
import { Button, Field, Input, MessageBar, MessageBarBody } from "@fluentui/react-components";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState, type FormEvent, type ReactNode } from "react";
import { createFirstAdministrator, linkQuery, redeemLink, setupQuery } from "../api/account";
import { ApiError } from "../api/client";
import { sessionQuery, signIn } from "../api/session";
import { IconKey } from "../icons";
import { texts } from "../texts";
import { ErrorState, LoadingPage } from "../ui/states";
import { useTitle } from "../ui/title";
import { problemOf } from "./fields";
import { setup } from "./texts";

const words = setup.welcome;

export function WelcomePage() {
  useTitle(words.submit);
  const [token] = useState(() => {
    const found = location.hash.slice(1);
    if (found) history.replaceState(history.state, "", location.pathname);
    return found;
  });
  const navigate = useNavigate();
  const link = useQuery({ ...linkQuery(token), enabled: token !== "", retry: false });
  const ended = token === "" || (link.error instanceof ApiError && link.error.status === 404);
  if (ended)
    return (
      <main>
        <div className="state">
          <div className="state-icon" aria-hidden>
            <IconKey />
          </div>
          <h1>{words.endedTitle}</h1>
          <p>{words.endedDetail}</p>
          <div className="state-actions">
            <Button appearance="primary" onClick={() => void navigate({ to: "/" })}>
              {words.toSignIn}
            </Button>
          </div>
        </div>
      </main>
    );
  if (link.isPending) return <LoadingPage />;
  if (link.isError)
    return (
      <main>
        <ErrorState title={texts.errors.pageTitle} error={link.error} onRetry={() => void link.refetch()} />
      </main>
    );
  const { purpose, login, name } = link.data;
  if (purpose === "first_administrator") return <First token={token} />;
  const invited = purpose === "invitation";
  return (
    <Choose
      token={token}
      login={login ?? ""}
      title={invited ? words.invitationTitle(name ?? "") : words.resetTitle}
      lead={invited ? words.invitationLead(login ?? "") : words.resetLead(login ?? "")}
    />
  );
}

// Signed in with the new password where no second factor is asked for; else the sign-in page asks.
function useEntry() {
  const queries = useQueryClient();
  const navigate = useNavigate();
  return async (login: string, password: string) => {
    queries.setQueryData(setupQuery.queryKey, { first_administrator_needed: false });
    try {
      queries.setQueryData(sessionQuery.queryKey, await signIn(login, password));
    } catch {
      queries.setQueryData(sessionQuery.queryKey, null);
    }
    await navigate({ to: "/" });
  };
}

function Frame(props: { title: string; lead: string; problem?: string; busy: boolean; submit: string; onSubmit: () => void; children: ReactNode }) {
  const submit = (event: FormEvent) => (event.preventDefault(), props.onSubmit());
  return (
    <main className="welcome">
      <form className="card welcome-card" onSubmit={submit} noValidate>
        <div className="welcome-brand">
          <img src="/favicon.svg" alt="" width={32} height={32} />
          {texts.product}
        </div>
        <h1>{props.title}</h1>
        <p>{props.lead}</p>
        {props.problem && (
          <MessageBar intent="error" layout="multiline" role="alert">
            <MessageBarBody>{props.problem}</MessageBarBody>
          </MessageBar>
        )}
        {props.children}
        <Button type="submit" size="large" appearance="primary" disabledFocusable={props.busy}>
          {props.submit}
        </Button>
      </form>
    </main>
  );
}

function Passwords(props: { password: string; repeat: string; problem?: string; differ: boolean; onChange: (password: string, repeat: string) => void }) {
  return (
    <>
      <Field label={words.password} hint={words.passwordHint} validationMessage={props.problem}>
        <Input size="large" type="password" autoComplete="new-password" value={props.password} onChange={(_, data) => props.onChange(data.value, props.repeat)} />
      </Field>
      <Field label={words.repeat} validationMessage={props.differ ? words.differ : undefined}>
        <Input size="large" type="password" autoComplete="new-password" value={props.repeat} onChange={(_, data) => props.onChange(props.password, data.value)} />
      </Field>
    </>
  );
}

function Choose(props: { token: string; login: string; title: string; lead: string }) {
  const enter = useEntry();
  const [typed, setTyped] = useState({ password: "", repeat: "" });
  const [differ, setDiffer] = useState(false);
  const save = useMutation({ mutationFn: () => redeemLink(props.token, typed.password), onSuccess: ({ login }) => enter(login, typed.password) });
  const problem = problemOf(save.error, ["password"]);
  const submit = () => {
    const wrong = typed.password !== typed.repeat;
    setDiffer(wrong);
    if (!wrong) save.mutate();
  };
  return (
    <Frame title={props.title} lead={props.lead} problem={problem.rest} busy={save.isPending} submit={words.submit} onSubmit={submit}>
      <input type="hidden" name="username" autoComplete="username" value={props.login} />
      <Passwords {...typed} differ={differ} problem={problem.of("password")} onChange={(password, repeat) => setTyped({ password, repeat })} />
    </Frame>
  );
}

function First({ token }: { token: string }) {
  const enter = useEntry();
  const [typed, setTyped] = useState({ organization: "", name: "", login: "", password: "", repeat: "" });
  const [differ, setDiffer] = useState(false);
  const set = (more: Partial<typeof typed>) => setTyped({ ...typed, ...more });
  const save = useMutation({
    mutationFn: () => createFirstAdministrator({ token, login: typed.login, name: typed.name, password: typed.password, organization: typed.organization.trim() || undefined }),
    onSuccess: ({ login }) => enter(login, typed.password),
  });
  const problem = problemOf(save.error, ["login", "name", "password"]);
  const submit = () => {
    const wrong = typed.password !== typed.repeat;
    setDiffer(wrong);
    if (!wrong) save.mutate();
  };
  return (
    <Frame title={words.firstTitle} lead={words.firstLead} problem={problem.rest} busy={save.isPending} submit={words.firstSubmit} onSubmit={submit}>
      <Field label={words.company}>
        <Input size="large" autoComplete="organization" value={typed.organization} onChange={(_, data) => set({ organization: data.value })} />
      </Field>
      <Field label={words.name} validationMessage={problem.of("name")}>
        <Input size="large" autoComplete="name" value={typed.name} onChange={(_, data) => set({ name: data.value })} />
      </Field>
      <Field label={words.login} validationMessage={problem.of("login")}>
        <Input size="large" type="email" autoComplete="username" value={typed.login} onChange={(_, data) => set({ login: data.value })} />
      </Field>
      <Passwords password={typed.password} repeat={typed.repeat} differ={differ} problem={problem.of("password")} onChange={(password, repeat) => set({ password, repeat })} />
    </Frame>
  );
}
