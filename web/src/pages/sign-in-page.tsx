// Shown in place of every page while nobody is signed in; the address stays, so that one lands where one wanted to go.
import { Button, Field, Input, MessageBar, MessageBarBody, Spinner } from "@fluentui/react-components";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { setupQuery } from "../api/account";
import { ApiError, messageOf } from "../api/client";
import { sessionQuery, signIn } from "../api/session";
import { setup } from "../configuration/texts";
import { IconDoneFilled, IconLock, IconPerson } from "../icons";
import { texts } from "../texts";
import { useTitle } from "../ui/title";

const needsCode = (error: unknown) => error instanceof ApiError && error.code === "second_factor_needed";

export function SignInPage() {
  useTitle(texts.signIn.submit);
  const queries = useQueryClient();
  const [login, setLogin] = useState("");
  const [password, setPassword] = useState("");
  const [missing, setMissing] = useState(false);
  const [code, setCode] = useState("");
  const [asksCode, setAsksCode] = useState(false);
  const nobodyYet = useQuery(setupQuery).data?.first_administrator_needed;
  const attempt = useMutation({
    mutationFn: () => signIn(login.trim(), password, code || undefined),
    onSuccess: (session) => queries.setQueryData(sessionQuery.queryKey, session),
    onError: (error) => {
      const why = error instanceof ApiError ? error.code : "";
      const again = why === "second_factor_needed" || why === "second_factor_failed";
      setCode("");
      setAsksCode(again);
      if (!again) setPassword("");
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const incomplete = !login.trim() || !password;
    setMissing(incomplete);
    if (!incomplete) attempt.mutate();
  };
  const problem = missing ? texts.signIn.missing : attempt.isError && !needsCode(attempt.error) ? messageOf(attempt.error) : undefined;
  return (
    <main className="sign-in">
      <section className="sign-in-art" aria-hidden>
        <div className="sign-in-brand">
          <img src="/favicon.svg" alt="" width={36} height={36} />
          {texts.product}
        </div>
        <p className="sign-in-claim">{texts.signIn.lead}</p>
        <ul>
          {texts.signIn.points.map((point) => (
            <li key={point}>
              <IconDoneFilled />
              {point}
            </li>
          ))}
        </ul>
      </section>
      <section className="sign-in-pane">
        <form className="sign-in-form" onSubmit={submit} noValidate>
          <h1>{texts.signIn.title}</h1>
          {problem && (
            <MessageBar intent="error" layout="multiline" role="alert">
              <MessageBarBody>{problem}</MessageBarBody>
            </MessageBar>
          )}
          {nobodyYet && (
            <MessageBar intent="info" layout="multiline">
              <MessageBarBody>{setup.signIn.firstNeeded}</MessageBarBody>
            </MessageBar>
          )}
          {asksCode && (
            <Field label={setup.signIn.code} hint={setup.signIn.codeHint}>
              <Input size="large" autoFocus value={code} inputMode="numeric" autoComplete="one-time-code" onChange={(_, data) => setCode(data.value)} />
            </Field>
          )}
          {!asksCode && (
            <>
          <Field label={texts.signIn.login}>
            <Input
              size="large"
              contentBefore={<IconPerson />}
              value={login}
              autoFocus
              autoComplete="username"
              name="login"
              spellCheck={false}
              onChange={(_, data) => setLogin(data.value)}
            />
          </Field>
          <Field label={texts.signIn.password}>
            <Input
              size="large"
              contentBefore={<IconLock />}
              type="password"
              name="password"
              autoComplete="current-password"
              value={password}
              onChange={(_, data) => setPassword(data.value)}
            />
          </Field>
            </>
          )}
          <Button
            type="submit"
            size="large"
            appearance="primary"
            disabledFocusable={attempt.isPending}
            icon={attempt.isPending ? <Spinner size="tiny" /> : undefined}
          >
            {attempt.isPending ? texts.signIn.busy : texts.signIn.submit}
          </Button>
          {asksCode && (
            <Button appearance="subtle" onClick={() => (attempt.reset(), setAsksCode(false), setPassword(""))}>
              {setup.signIn.back}
            </Button>
          )}
        </form>
      </section>
    </main>
  );
}
