// Start > Configuration > Email Integrations > Mail Sync > an organization > Email Configuration: how its users' mailboxes
// are reached. EmailConfigurationPanel is the whole of it, for wherever it is put.
import { Button, MessageBar, MessageBarBody, MessageBarTitle } from "@fluentui/react-components";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { changeEmailConfiguration, emailConfigurationQuery, removeEmailConfiguration, type EmailConfiguration } from "../api/email-configuration";
import { useUser } from "../api/session";
import { signInOutcomeQuery } from "../api/sync";
import { asSentence } from "../format";
import { NotFoundPage } from "../pages/error-page";
import { texts } from "../texts";
import { Confirm } from "../ui/confirm";
import { useLeaveGuard } from "../ui/leave-guard";
import { useNotices } from "../ui/notice";
import { ErrorState, LoadingRows } from "../ui/states";
import { useTitle } from "../ui/title";
import { ConnectionTest, Consent, Reach } from "./connection-test";
import { changeOf, draftOf, FIELDS, isChanged, uses, usesMicrosoft, type Draft } from "./email-draft";
import { ExchangePart, GooglePart, MethodPart, MicrosoftPart } from "./email-form";
import { email } from "./email-texts";
import { problemOf } from "./fields";
import { setup } from "./texts";

const route = getRouteApi("/shell/configuration/mail-sync/organizations/$id/email-configuration");

export function EmailConfigurationPage() {
  const { id } = route.useParams();
  const { consent } = route.useSearch();
  useTitle(email.title);
  if (useUser().role === "user") return <NotFoundPage />;
  return (
    <div className="page settings-page">
      <header className="settings-head">
        <nav className="settings-path" aria-label={setup.path}>
          {email.path.map((each) => (
            <span key={each}>
              {each} <span aria-hidden>›</span>{" "}
            </span>
          ))}
          <Link to="/start/configuration/account-settings/organizations">{email.back}</Link>
        </nav>
        <h1>{email.title}</h1>
      </header>
      <EmailConfigurationPanel id={id} consent={consent} />
    </div>
  );
}

// `consent`: the name of an outcome at Microsoft, when one has just come back from there.
export function EmailConfigurationPanel({ id, consent }: { id: string; consent?: string }) {
  const configuration = useQuery(emailConfigurationQuery(id));
  if (configuration.isPending) return <LoadingRows rows={6} />;
  if (configuration.isError) return <ErrorState title={texts.errors.pageTitle} error={configuration.error} onRetry={() => void configuration.refetch()} />;
  const saved = configuration.data;
  return (
    <>
      {consent && <ConsentOutcome name={consent} />}
      <p className="lead">{email.lead(saved.organization.name)}</p>
      <MessageBar layout="multiline">
        <MessageBarBody>
          <MessageBarTitle>{email.noteTitle}</MessageBarTitle> {email.noteEws}
        </MessageBarBody>
      </MessageBar>
      <Configuration key={`${saved.source}-${saved.version}`} id={id} saved={saved} />
    </>
  );
}

function ConsentOutcome({ name }: { name: string }) {
  const outcome = useQuery({ ...signInOutcomeQuery(name), retry: false });
  if (outcome.isPending) return null;
  const reason = outcome.data?.reason;
  const text = !outcome.data ? email.consent.unknown : reason === "connected" ? email.consent.given : reason === "denied" ? email.consent.denied : asSentence(outcome.data.detail ?? "");
  const code = outcome.data?.code;
  return (
    <MessageBar intent={reason === "connected" ? "success" : "error"} layout="multiline" role="alert">
      <MessageBarBody>
        {text} {code && email.test.code(code)}
      </MessageBarBody>
    </MessageBar>
  );
}

function sourceText(saved: EmailConfiguration): string {
  if (saved.source === "organization") return saved.changed_at && saved.changed_by ? email.source.organization(saved.changed_at, saved.changed_by) : "";
  return email.source[saved.source];
}

function Configuration({ id, saved }: { id: string; saved: EmailConfiguration }) {
  const queries = useQueryClient();
  const notices = useNotices();
  const [draft, setDraft] = useState<Draft>(() => draftOf(saved));
  const [removing, setRemoving] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const unsaved = isChanged(draft, saved);
  const key = emailConfigurationQuery(id).queryKey;
  const settle = () => {
    for (const stale of ["mailboxes", "mailbox"]) void queries.invalidateQueries({ queryKey: [stale] });
  };
  const save = useMutation({
    mutationFn: () => changeEmailConfiguration(id, changeOf(draft, saved)),
    onSuccess: (now) => (queries.setQueryData(key, now), settle(), notices.done(email.saved)),
  });
  // To where the first wrong input is, also when it is folded away.
  const refused = save.error;
  useEffect(() => {
    if (refused) showFirstProblem(form.current);
  }, [refused]);
  const remove = useMutation({
    mutationFn: () => removeEmailConfiguration(id),
    onSuccess: () => (settle(), notices.done(email.removed), queries.invalidateQueries({ queryKey: key })),
    onError: (error) => notices.failed(error),
    onSettled: () => setRemoving(false),
  });
  const guard = useLeaveGuard(() => unsaved && !save.isPending);
  const problem = problemOf(save.error, FIELDS);
  const parts = { draft, saved, problem, set: (change: Partial<Draft>) => setDraft((before) => ({ ...before, ...change })) };
  const usable = saved.source !== "none" || unsaved;
  return (
    <>
      <p className="settings-note">{sourceText(saved)}</p>
      <form ref={form} className="email-form" noValidate onSubmit={(event) => (event.preventDefault(), save.mutate())}>
        <MethodPart form={parts} />
        <MicrosoftPart form={parts} />
        <ExchangePart form={parts} />
        <GooglePart form={parts} />
        {save.isError && (
          <MessageBar intent="error" layout="multiline" role="alert">
            <MessageBarBody>{problem.rest ?? email.problem}</MessageBarBody>
          </MessageBar>
        )}
        <div className="settings-bar">
          <Button type="submit" appearance="primary" disabledFocusable={save.isPending || !draft.method || (!unsaved && saved.source === "organization")}>
            {email.save}
          </Button>
          {saved.source === "organization" && <Button onClick={() => setRemoving(true)}>{email.remove}</Button>}
        </div>
      </form>
      {usable && draft.method && <ConnectionTest id={id} unsaved={unsaved} save={() => save.mutateAsync().then(() => true, () => false)} />}
      {usesMicrosoft(draft) && saved.source !== "none" && <Consent id={id} unsaved={unsaved} possible={saved.redirect_uri !== null} />}
      {uses(draft, "graph_app_only") && saved.source !== "none" && <Reach id={id} />}
      {removing && (
        <Confirm open title={email.removeTitle} detail={email.removeDetail} confirm={email.remove} busy={remove.isPending} onConfirm={() => remove.mutate()} onCancel={() => setRemoving(false)} />
      )}
      {guard}
    </>
  );
}

function showFirstProblem(form: HTMLFormElement | null): void {
  const first = form?.querySelector<HTMLElement>('[aria-invalid="true"]');
  const folded = first?.closest("details");
  if (folded) folded.open = true;
  first?.focus();
}
