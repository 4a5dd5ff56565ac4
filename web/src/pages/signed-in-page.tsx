// Where the browser lands after the mail service's sign-in page: how it went, and what to do next.
import { Button } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { ApiError } from "../api/client";
import { signInOutcomeQuery, type SignInOutcome } from "../api/sync";
import { asSentence } from "../format";
import { IconDoneFilled, IconWarning } from "../icons";
import { signInAddress } from "../sync/sign-in";
import { texts } from "../texts";
import { trustTexts } from "../texts-trust";
import { ErrorState, LoadingPage } from "../ui/states";
import { useTitle } from "../ui/title";

const route = getRouteApi("/shell/start/mail-sync/signed-in");
const words = trustTexts.signIn;

export function SignedInPage() {
  const { outcome: name } = route.useSearch();
  const outcome = useQuery({ ...signInOutcomeQuery(name ?? ""), enabled: Boolean(name) });
  useTitle(outcome.data ? words.title[outcome.data.reason] : texts.sync.title);
  if (name && outcome.isPending) return <LoadingPage />;
  const unknown = !name || (outcome.error instanceof ApiError && outcome.error.status === 404);
  if (unknown) return <Told reason="expired" detail={words.unknownDetail} />;
  if (outcome.isError) return <ErrorState title={texts.errors.pageTitle} error={outcome.error} onRetry={() => void outcome.refetch()} />;
  return <Told {...outcome.data!} />;
}

function Told({ reason, detail, code, request_id, mailbox }: Partial<SignInOutcome> & Pick<SignInOutcome, "reason">) {
  const navigate = useNavigate();
  const good = reason === "connected";
  const again = !good && reason !== "not_set_up" && mailbox;
  const Icon = good ? IconDoneFilled : IconWarning;
  const says = good && mailbox ? words.connectedDetail(mailbox.address) : reason === "denied" ? words.deniedDetail : detail;
  return (
    <div className="state outcome" role={good ? "status" : "alert"}>
      <div className={good ? "state-icon state-icon-good" : "state-icon state-icon-bad"} aria-hidden>
        <Icon />
      </div>
      <h1>{words.title[reason]}</h1>
      {says && <p>{asSentence(says)}</p>}
      {(code || request_id) && (
        <p className="outcome-code">
          {code && words.code(code)}
          {code && request_id && <br />}
          {request_id && words.requestId(request_id)}
        </p>
      )}
      <div className="state-actions">
        {again && (
          <Button as="a" appearance="primary" href={signInAddress(mailbox.id)}>
            {words.tryAgain}
          </Button>
        )}
        {mailbox ? (
          <Button appearance={good ? "primary" : "secondary"} onClick={() => void navigate({ to: "/start/mail-sync/$id", params: { id: mailbox.id } })}>
            {words.showMailbox}
          </Button>
        ) : (
          <Button appearance="primary" onClick={() => void navigate({ to: "/preferences/mail-sync" })}>
            {words.myMailboxes}
          </Button>
        )}
      </div>
    </div>
  );
}
