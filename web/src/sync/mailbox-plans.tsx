// On a mailbox's page: try it, start it, and the plans that were made; first of all what waits for a decision.
import { Button, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, Field, Input, MessageBar, MessageBarActions, MessageBarBody } from "@fluentui/react-components";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { applyMailbox } from "../api/events";
import type { Mailbox, Run } from "../api/sync";
import { plansQuery, previewUndo, startDryRun, startMailbox, type PlanReport } from "../api/trust";
import { formatAgo, formatFull } from "../format";
import { IconDryRun, IconPlay, IconUndo } from "../icons";
import { texts } from "../texts";
import { trustTexts } from "../texts-trust";
import { useNotices } from "../ui/notice";
import { PlanState } from "./plan-parts";

const words = trustTexts.plan;

function useOpenPlan() {
  const navigate = useNavigate();
  const queries = useQueryClient();
  return (plan: PlanReport) => {
    void queries.invalidateQueries({ queryKey: ["plans", plan.mailbox.id] });
    void navigate({ to: "/start/mail-sync/$id/plans/$plan", params: { id: plan.mailbox.id, plan: plan.id } });
  };
}

export function DryRunButton({ mailbox }: { mailbox: Mailbox }) {
  const notices = useNotices();
  const open = useOpenPlan();
  const start = useMutation({
    mutationFn: () => startDryRun(mailbox.id),
    onSuccess: open,
    onError: (error) => notices.failed(error, words.dryRun),
  });
  return (
    <Button icon={<IconDryRun />} disabledFocusable={start.isPending} aria-label={words.dryRunLabel(mailbox.address)} onClick={() => start.mutate()}>
      {words.dryRun}
    </Button>
  );
}

export function StartNotice({ mailbox }: { mailbox: Mailbox }) {
  const queries = useQueryClient();
  const notices = useNotices();
  const start = useMutation({
    mutationFn: () => startMailbox(mailbox.id),
    onSuccess: (now) => {
      applyMailbox(queries, now);
      notices.done(trustTexts.start.started(now.address));
    },
    onError: (error) => notices.failed(error, trustTexts.start.button),
  });
  if (mailbox.state !== "waiting_for_start") return null;
  return (
    <MessageBar intent="info" layout="multiline">
      <MessageBarBody>{trustTexts.start.notice}</MessageBarBody>
      <MessageBarActions>
        <Button size="small" appearance="primary" icon={<IconPlay />} disabledFocusable={start.isPending} aria-label={trustTexts.start.buttonLabel(mailbox.address)} onClick={() => start.mutate()}>
          {trustTexts.start.button}
        </Button>
      </MessageBarActions>
    </MessageBar>
  );
}

function wrote(run: Run): boolean {
  return run.state !== "running" && run.writes > 0;
}

export function UndoButton({ run }: { run: Run }) {
  const notices = useNotices();
  const open = useOpenPlan();
  const preview = useMutation({
    mutationFn: () => previewUndo(run.mailbox.id, { run_id: run.id }),
    onSuccess: open,
    onError: (error) => notices.failed(error, trustTexts.undo.button),
  });
  if (!wrote(run)) return null;
  return (
    <Button
      size="small"
      appearance="subtle"
      icon={<IconUndo />}
      disabledFocusable={preview.isPending}
      aria-label={trustTexts.undo.label(formatFull(run.started_at))}
      onClick={() => preview.mutate()}
    >
      {trustTexts.undo.button}
    </Button>
  );
}

export function UndoChangeButton({ mailboxId, changeId }: { mailboxId: string; changeId: string }) {
  const notices = useNotices();
  const open = useOpenPlan();
  const preview = useMutation({
    mutationFn: () => previewUndo(mailboxId, { change_id: changeId }),
    onSuccess: open,
    onError: (error) => notices.failed(error, trustTexts.undo.button),
  });
  return (
    <Button className="step-undo" size="small" appearance="subtle" icon={<IconUndo />} disabledFocusable={preview.isPending} onClick={() => preview.mutate()}>
      {trustTexts.undo.change}
    </Button>
  );
}

// A moment as the field for it wants it: in the reader's own time, to the minute.
function localMinute(at: Date): string {
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function UndoSince({ mailbox }: { mailbox: Mailbox }) {
  const [since, setSince] = useState<string>();
  const notices = useNotices();
  const open = useOpenPlan();
  const preview = useMutation({
    mutationFn: (from: string) => previewUndo(mailbox.id, { since: new Date(from).toISOString() }),
    onSuccess: open,
    onError: (error) => notices.failed(error, trustTexts.undo.button),
  });
  const valid = since && !Number.isNaN(new Date(since).getTime());
  return (
    <>
      <Button size="small" icon={<IconUndo />} onClick={() => setSince(localMinute(new Date(Date.now() - 3_600_000)))}>
        {trustTexts.undo.since}
      </Button>
      <Dialog open={since !== undefined} onOpenChange={(_, data) => !data.open && setSince(undefined)}>
        <DialogSurface className="confirm">
          <DialogBody>
            <DialogTitle>{trustTexts.undo.sinceTitle}</DialogTitle>
            <DialogContent>
              <Field label={trustTexts.undo.sinceField} hint={trustTexts.undo.sinceHint}>
                <Input type="datetime-local" value={since ?? ""} onChange={(_, data) => setSince(data.value)} />
              </Field>
            </DialogContent>
            <DialogActions>
              <Button onClick={() => setSince(undefined)}>{texts.words.cancel}</Button>
              <Button appearance="primary" disabled={!valid || preview.isPending} onClick={() => since && preview.mutate(since)}>
                {trustTexts.undo.show}
              </Button>
            </DialogActions>
          </DialogBody>
        </DialogSurface>
      </Dialog>
    </>
  );
}

export function HeldNotices({ mailbox }: { mailbox: Mailbox }) {
  const plans = useQuery(plansQuery(mailbox.id));
  const waiting = (plans.data?.items ?? []).filter((plan) => plan.state === "waiting");
  return (
    <>
      {waiting.map((plan) => (
        <MessageBar key={plan.id} intent="warning" layout="multiline">
          <MessageBarBody>{words.waiting(plan.title)}</MessageBarBody>
          <MessageBarActions>
            <Link className="as-link" to="/start/mail-sync/$id/plans/$plan" params={{ id: mailbox.id, plan: plan.id }}>
              {words.open}
            </Link>
          </MessageBarActions>
        </MessageBar>
      ))}
    </>
  );
}

export function Plans({ mailbox }: { mailbox: Mailbox }) {
  const plans = useQuery(plansQuery(mailbox.id));
  const items = plans.data?.items ?? [];
  return (
    <section className="card" aria-labelledby="plans">
      <header className="card-head">
        <h2 id="plans">{words.section}</h2>
        <UndoSince mailbox={mailbox} />
      </header>
      {items.length === 0 ? (
        <p className="quiet">{words.sectionEmpty}</p>
      ) : (
        <ul className="plans">
          {items.map((plan) => (
            <li key={plan.id}>
              <Link to="/start/mail-sync/$id/plans/$plan" params={{ id: mailbox.id, plan: plan.id }}>
                {words.purposes[plan.purpose]}
              </Link>
              <PlanState plan={plan} />
              <span>{plan.title}</span>
              <time dateTime={plan.created_at} title={formatFull(plan.created_at)}>
                {formatAgo(plan.created_at)}
              </time>
            </li>
          ))}
        </ul>
      )}
      {plans.isError && <p className="quiet">{texts.errors.listTitle}</p>}
    </section>
  );
}
