// Beside the form of Email Configuration: Test connection with its steps, the administrator's consent, and what an
// app-only permission reaches.
import { Button, MessageBar, MessageBarBody, Spinner } from "@fluentui/react-components";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { connectionTestQuery, consentAddress, reachCheckQuery, startConnectionTest, startReachCheck, type ConnectionTest as Test, type ReachCheck } from "../api/email-configuration";
import { asSentence } from "../format";
import { IconDoneFilled, IconError, IconKey, IconRefresh, IconWarning } from "../icons";
import { useNotices } from "../ui/notice";
import { email } from "./email-texts";

const words = email.test;
const ICONS = { ok: IconDoneFilled, doubtful: IconWarning, failed: IconError } as const;

// `save`: what has to happen before, when something was typed; false when it was refused.
export function ConnectionTest({ id, unsaved, save }: { id: string; unsaved: boolean; save: () => Promise<boolean> }) {
  const queries = useQueryClient();
  const notices = useNotices();
  const test = useQuery(connectionTestQuery(id));
  const start = useMutation({
    mutationFn: async () => (unsaved && !(await save()) ? null : startConnectionTest(id)),
    onSuccess: (begun) => begun && queries.setQueryData(connectionTestQuery(id).queryKey, begun),
    onError: (error) => notices.failed(error),
  });
  const running = start.isPending || test.data?.state === "running";
  return (
    <section className="card settings-form email-part" aria-labelledby="connection-test">
      <h2 id="connection-test">{words.title}</h2>
      <p className="settings-note">{words.lead}</p>
      <div className="settings-bar">
        <Button icon={running ? <Spinner size="tiny" /> : <IconRefresh />} disabledFocusable={running} onClick={() => start.mutate()}>
          {unsaved ? words.saveAndStart : words.start}
        </Button>
        <span role="status" className="settings-count">
          {running ? words.running : test.data ? words.at(test.data.begun_at) : ""}
        </span>
      </div>
      {test.data && <Steps test={test.data} />}
      {test.data && test.data.state !== "running" && (
        <MessageBar intent={test.data.state === "passed" ? "success" : "error"} layout="multiline">
          <MessageBarBody>{test.data.state === "passed" ? words.passed : words.failed}</MessageBarBody>
        </MessageBar>
      )}
    </section>
  );
}

function Steps({ test }: { test: Test }) {
  return (
    <ol className="test-steps plain" aria-label={words.steps} aria-live="polite" aria-relevant="additions">
      {test.steps.map((step, index) => {
        const Icon = ICONS[step.state];
        return (
          <li key={index} className={`test-step test-${step.state}`}>
            <Icon aria-hidden />
            <div>
              <strong>{step.what}</strong> <span className="test-state">{words.states[step.state]}</span>
              <p>{asSentence(step.said)}</p>
              {step.remedy && <p className="test-remedy">{step.remedy}</p>}
              {step.code && <p className="settings-count">{words.code(step.code)}</p>}
            </div>
          </li>
        );
      })}
    </ol>
  );
}

export function Consent({ id, unsaved, possible }: { id: string; unsaved: boolean; possible: boolean }) {
  return (
    <section className="card settings-form email-part" aria-labelledby="admin-consent">
      <h2 id="admin-consent">{email.consent.title}</h2>
      <p className="settings-note">{possible ? (unsaved ? email.consent.saveFirst : email.consent.lead) : email.redirectMissing}</p>
      {possible && !unsaved && (
        <div>
          <Button as="a" href={consentAddress(id)} icon={<IconKey />}>
            {email.consent.start}
          </Button>
        </div>
      )}
    </section>
  );
}

function found(reach: ReachCheck): string {
  if (reach.error) return asSentence(reach.error);
  if (!reach.checked_at) return email.reach.never;
  return reach.reached === 0 ? email.reach.none(reach.looked_at) : email.reach.some(reach.reached, reach.looked_at);
}

export function Reach({ id }: { id: string }) {
  const queries = useQueryClient();
  const notices = useNotices();
  const reach = useQuery(reachCheckQuery(id));
  const start = useMutation({
    mutationFn: () => startReachCheck(id),
    onError: (error) => notices.failed(error),
    onSettled: () => queries.invalidateQueries({ queryKey: reachCheckQuery(id).queryKey }),
  });
  const running = start.isPending || reach.data?.running === true;
  const bad = reach.data && (reach.data.reached > 0 || reach.data.error);
  return (
    <section className="card settings-form email-part" aria-labelledby="reach-check">
      <h2 id="reach-check">{email.reach.title}</h2>
      <p className="settings-note">{email.reach.lead}</p>
      <div className="settings-bar">
        <Button icon={running ? <Spinner size="tiny" /> : <IconRefresh />} disabledFocusable={running} onClick={() => start.mutate()}>
          {email.reach.start}
        </Button>
        <span role="status" className="settings-count">
          {running ? email.reach.running : reach.data?.checked_at ? email.reach.at(reach.data.checked_at) : ""}
        </span>
      </div>
      {reach.data && !running && (
        <MessageBar intent={bad ? "warning" : reach.data.checked_at ? "success" : "info"} layout="multiline">
          <MessageBarBody>
            {found(reach.data)} {reach.data.checked_at && !reach.data.whole ? email.reach.part : ""}
          </MessageBarBody>
        </MessageBar>
      )}
      {reach.data && reach.data.some.length > 0 && !running && (
        <ul className="email-reached" aria-label={email.reach.list}>
          {reach.data.some.map((address) => (
            <li key={address}>{address}</li>
          ))}
        </ul>
      )}
    </section>
  );
}
