// An operation on users while it runs and when it is over: progress, what was refused and why.
import { Button, MessageBar, MessageBarActions, MessageBarBody, MessageBarTitle, ProgressBar } from "@fluentui/react-components";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { panelQuery, startUserOperation, userOperationQuery, type UserOperation, type UserOrder } from "../api/panel";
import { IconDismiss } from "../icons";
import { useNotices } from "../ui/notice";
import { panel } from "./texts";

const words = panel.operation;

export interface Operating {
  begun: UserOperation | null;
  busy: boolean;
  start: (order: UserOrder, onDone?: () => void) => void;
  close: () => void;
}

export function useOperation(): Operating {
  const notices = useNotices();
  const [begun, setBegun] = useState<UserOperation | null>(null);
  const start = useMutation({
    mutationFn: startUserOperation,
    onSuccess: setBegun,
    onError: (error, order) => notices.failed(error, panel.actions[order.action]),
  });
  return {
    begun,
    busy: start.isPending,
    start: (order, onDone) => start.mutate(order, { onSuccess: onDone }),
    close: () => setBegun(null),
  };
}

export function OperationBar({ operating }: { operating: Operating }) {
  if (!operating.begun) return null;
  return <Progress key={operating.begun.id} begun={operating.begun} onClose={operating.close} />;
}

function Progress({ begun, onClose }: { begun: UserOperation; onClose: () => void }) {
  const queries = useQueryClient();
  const { data: now } = useQuery(userOperationQuery(begun));
  const running = now.state === "running";
  useEffect(() => {
    if (running) return;
    for (const key of ["panel-users", "account-users", "licences", "mailboxes", "mailbox", "profiles", "databases"]) void queries.invalidateQueries({ queryKey: [key] });
    void queries.invalidateQueries({ queryKey: panelQuery.queryKey });
  }, [running, queries]);
  const action = panel.actions[now.action];
  const title = running
    ? words.running(action, now.done, now.total)
    : now.state === "failed"
      ? words.failed(action)
      : now.changed > 0
        ? words.done(action, now.changed)
        : words.unchanged(action);
  return (
    <MessageBar intent={running ? "info" : now.state === "failed" ? "error" : now.refused > 0 ? "warning" : "success"} layout="multiline" role="status">
      <MessageBarBody>
        <MessageBarTitle>{title}</MessageBarTitle>
        {running && <ProgressBar className="panel-progress" value={now.total ? now.done / now.total : undefined} aria-label={words.progress} />}
        {now.error && <p>{now.error}</p>}
        {now.refused > 0 && <Refusals operation={now} />}
        {!running && now.plans.length > 0 && (
          <nav className="panel-plans" aria-label={words.plans}>
            {now.plans.map((each, index) => (
              <Link key={each.plan_id} to="/start/mail-sync/$id/plans/$plan" params={{ id: each.mailbox_id, plan: each.plan_id }}>
                {words.plan(index + 1)}
              </Link>
            ))}
          </nav>
        )}
      </MessageBarBody>
      {!running && (
        <MessageBarActions containerAction={<Button appearance="transparent" icon={<IconDismiss />} aria-label={words.close} onClick={onClose} />} />
      )}
    </MessageBar>
  );
}

function Refusals({ operation }: { operation: UserOperation }) {
  const more = operation.refused - operation.refusals.length;
  return (
    <details className="panel-refusals">
      <summary>{words.refused(operation.refused)}</summary>
      <ul>
        {operation.refusals.map((each, index) => (
          <li key={index}>
            <strong>{each.name}</strong>: {each.reason}
          </li>
        ))}
        {more > 0 && <li>{words.moreRefusals(more)}</li>}
      </ul>
    </details>
  );
}
