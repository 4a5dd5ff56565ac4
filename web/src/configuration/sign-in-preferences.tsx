// Preferences > Sign-in: one's password, and the second factor.
import { Button, Field, Input, MessageBar, MessageBarBody } from "@fluentui/react-components";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { beginSecondFactor, changePassword, confirmSecondFactor, removeSecondFactor } from "../api/account";
import { sessionQuery } from "../api/session";
import { texts } from "../texts";
import { useNotices } from "../ui/notice";
import { useTitle } from "../ui/title";
import { problemOf } from "./fields";
import { setup } from "./texts";

const words = setup.preferences;

export function SignInPreferences() {
  useTitle(words.title);
  return (
    <div className="page settings-page">
      <header className="settings-head">
        <h1>{words.title}</h1>
        <p className="lead">{words.lead}</p>
      </header>
      <PasswordCard />
      <SecondFactorCard />
    </div>
  );
}

function Problem({ text }: { text?: string }) {
  if (!text) return null;
  return (
    <MessageBar intent="error" layout="multiline" role="alert">
      <MessageBarBody>{text}</MessageBarBody>
    </MessageBar>
  );
}

function PasswordCard() {
  const notices = useNotices();
  const [current, setCurrent] = useState("");
  const [wanted, setWanted] = useState("");
  const save = useMutation({
    mutationFn: () => changePassword(current, wanted),
    onSuccess: () => (setCurrent(""), setWanted(""), notices.done(words.changed)),
  });
  const problem = problemOf(save.error, ["current", "password"]);
  const submit = (event: FormEvent) => (event.preventDefault(), save.mutate());
  return (
    <form className="card settings-form" onSubmit={submit} noValidate aria-label={words.password}>
      <h2>{words.password}</h2>
      <Problem text={problem.rest} />
      <Field label={words.current} validationMessage={problem.of("current")}>
        <Input type="password" autoComplete="current-password" value={current} onChange={(_, data) => setCurrent(data.value)} />
      </Field>
      <Field label={words.wanted} hint={setup.welcome.passwordHint} validationMessage={problem.of("password")}>
        <Input type="password" autoComplete="new-password" value={wanted} onChange={(_, data) => setWanted(data.value)} />
      </Field>
      <div>
        <Button type="submit" appearance="primary" disabledFocusable={save.isPending}>
          {words.change}
        </Button>
      </div>
    </form>
  );
}

function SecondFactorCard() {
  const session = useQuery(sessionQuery).data;
  const [codes, setCodes] = useState<string[] | null>(null);
  if (!session) return null;
  const on = session.user.second_factor;
  return (
    <section className="card settings-form" aria-label={words.secondFactor}>
      <h2>{words.secondFactor}</h2>
      {codes ? (
        <RecoveryCodes codes={codes} onKept={() => setCodes(null)} />
      ) : on ? (
        <Remove />
      ) : session.second_factor_possible ? (
        <SetUp onCodes={setCodes} />
      ) : (
        <p>{words.notPossible}</p>
      )}
    </section>
  );
}

function CodeForm(props: { label: string; submit: string; act: (code: string) => Promise<unknown>; onCancel: () => void }) {
  const [code, setCode] = useState("");
  const send = useMutation({ mutationFn: () => props.act(code) });
  const problem = problemOf(send.error, ["code"]);
  const submit = (event: FormEvent) => (event.preventDefault(), send.mutate());
  return (
    <form className="stack" onSubmit={submit} noValidate>
      <Problem text={problem.rest} />
      <Field label={props.label} validationMessage={problem.of("code")}>
        <Input inputMode="numeric" autoComplete="one-time-code" value={code} onChange={(_, data) => setCode(data.value)} />
      </Field>
      <div className="settings-actions">
        <Button type="submit" appearance="primary" disabledFocusable={send.isPending}>
          {props.submit}
        </Button>
        <Button onClick={props.onCancel}>{texts.words.cancel}</Button>
      </div>
    </form>
  );
}

function SetUp({ onCodes }: { onCodes: (codes: string[]) => void }) {
  const queries = useQueryClient();
  const begin = useMutation({ mutationFn: beginSecondFactor });
  if (!begin.data)
    return (
      <>
        <p>{words.secondFactorOff}</p>
        <Problem text={problemOf(begin.error, []).rest} />
        <div>
          <Button appearance="primary" disabledFocusable={begin.isPending} onClick={() => begin.mutate()}>
            {words.begin}
          </Button>
        </div>
      </>
    );
  const confirm = async (code: string) => {
    const { recovery_codes } = await confirmSecondFactor(code);
    onCodes(recovery_codes);
    await queries.invalidateQueries({ queryKey: sessionQuery.queryKey });
  };
  return (
    <>
      <h3>{words.keyTitle}</h3>
      <p>{words.keyDetail}</p>
      <Field label={words.key}>
        <Input readOnly value={begin.data.key.replace(/(.{4})(?=.)/g, "$1 ")} onFocus={(event) => event.target.select()} />
      </Field>
      <a href={begin.data.link}>{words.openLink}</a>
      <CodeForm label={words.code} submit={words.confirm} act={confirm} onCancel={() => begin.reset()} />
    </>
  );
}

function RecoveryCodes({ codes, onKept }: { codes: string[]; onKept: () => void }) {
  return (
    <>
      <h3>{words.recoveryTitle}</h3>
      <p>{words.recoveryDetail}</p>
      <ul className="settings-codes plain">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <div>
        <Button appearance="primary" onClick={onKept}>
          {words.kept}
        </Button>
      </div>
    </>
  );
}

function Remove() {
  const queries = useQueryClient();
  const notices = useNotices();
  const [asking, setAsking] = useState(false);
  const remove = async (code: string) => {
    await removeSecondFactor(code);
    notices.done(words.removed);
    await queries.invalidateQueries({ queryKey: sessionQuery.queryKey });
  };
  return (
    <>
      <p>{asking ? words.removeDetail : words.secondFactorOn}</p>
      {asking ? (
        <CodeForm label={setup.signIn.code} submit={words.remove} act={remove} onCancel={() => setAsking(false)} />
      ) : (
        <div>
          <Button onClick={() => setAsking(true)}>{words.remove}</Button>
        </div>
      )}
    </>
  );
}
