// One dry run, undo or held run: the numbers, every item, and the decision.
import { Button, MessageBar, MessageBarBody, Spinner, Tab, TabList } from "@fluentui/react-components";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { applyMailbox } from "../api/events";
import { mailboxQuery } from "../api/sync";
import { approvePlan, isBusy, planItemsQuery, planQuery, rejectPlan, startDryRun, startMailbox, type PlanAction, type PlanReport } from "../api/trust";
import { asSentence, formatAgo, formatFull, formatNumber } from "../format";
import { IconChevronRight, IconDone, IconPlay, IconRefresh, IconUndo } from "../icons";
import { PlanNumbers, PlanRow, PlanState, totalOf } from "../sync/plan-parts";
import { texts } from "../texts";
import { trustTexts } from "../texts-trust";
import { Confirm } from "../ui/confirm";
import { useNotices } from "../ui/notice";
import { ErrorState, LoadingPage, LoadingRows } from "../ui/states";
import { useTitle } from "../ui/title";

const route = getRouteApi("/shell/start/mail-sync/$id/plans/$plan");
const words = trustTexts.plan;

export function PlanPage() {
  const { plan: id } = route.useParams();
  const plan = useQuery(planQuery(id));
  useTitle(plan.data ? words.purposes[plan.data.purpose] : texts.sync.title);
  if (plan.isPending) return <LoadingPage />;
  if (plan.isError && !plan.data) return <ErrorState title={texts.errors.pageTitle} error={plan.error} onRetry={() => void plan.refetch()} />;
  return <Shown plan={plan.data!} />;
}

function Shown({ plan }: { plan: PlanReport }) {
  const { id, address } = plan.mailbox;
  return (
    <div className="page record-page">
      <header className="record-head">
        <nav className="crumbs" aria-label={texts.sync.title}>
          <Link to="/start/mail-sync">{texts.sync.title}</Link>
          <IconChevronRight aria-hidden />
          <Link to="/start/mail-sync/$id" params={{ id }}>
            {address}
          </Link>
          <IconChevronRight aria-hidden />
        </nav>
        <div className="record-title">
          <div className="record-name">
            <h1>{words.purposes[plan.purpose]}</h1>
            <p>
              <PlanState plan={plan} />
              <span>{plan.title}</span>
              <time dateTime={plan.created_at} title={formatFull(plan.created_at)}>
                {formatAgo(plan.created_at)}
              </time>
            </p>
          </div>
          <Decision plan={plan} />
        </div>
      </header>
      <Lead plan={plan} />
      {plan.state !== "running" && plan.state !== "failed" && (
        <>
          <PlanNumbers plan={plan} />
          <Items plan={plan} />
        </>
      )}
    </div>
  );
}

function Lead({ plan }: { plan: PlanReport }) {
  if (plan.state === "failed")
    return (
      <MessageBar intent="error" layout="multiline">
        <MessageBarBody>
          <strong>{words.failedTitle}.</strong> {plan.error && asSentence(plan.error)}
        </MessageBarBody>
      </MessageBar>
    );
  if (isBusy(plan))
    return (
      <div className="card plan-busy" role="status">
        <Spinner size="small" label={plan.state === "running" ? words.running : words.approved} />
      </div>
    );
  const nothing = totalOf(plan) === 0 && plan.items_total === 0;
  const done = plan.purpose === "undo" && plan.state === "done";
  const text = done ? words.doneUndo : nothing ? (plan.purpose === "undo" ? words.nothingUndo : words.nothing) : words.lead[plan.purpose];
  return (
    <MessageBar intent={plan.purpose === "held" && plan.state === "waiting" ? "warning" : done ? "success" : "info"} layout="multiline" role="status">
      <MessageBarBody>{text}</MessageBarBody>
    </MessageBar>
  );
}

type Act = "approve" | "reject";

// What can be done about it now.
function Decision({ plan }: { plan: PlanReport }) {
  if (plan.purpose === "dry_run") return <AfterDryRun plan={plan} />;
  const asks = plan.purpose === "undo" ? plan.state === "ready" : plan.state === "waiting";
  return asks ? <Ask plan={plan} /> : null;
}

function Ask({ plan }: { plan: PlanReport }) {
  const [asking, setAsking] = useState<Act>();
  const queries = useQueryClient();
  const notices = useNotices();
  const undo = plan.purpose === "undo";
  const act = useMutation({
    mutationFn: (which: Act) => (which === "approve" ? approvePlan(plan.id) : rejectPlan(plan.id)),
    onSuccess: (now) => {
      queries.setQueryData(planQuery(plan.id).queryKey, now);
      void queries.invalidateQueries({ queryKey: ["plans"] });
      void queries.invalidateQueries({ queryKey: ["mailbox", plan.mailbox.id] });
    },
    onError: (error) => {
      notices.failed(error);
      void queries.invalidateQueries({ queryKey: ["plan", plan.id] });
    },
    onSettled: () => setAsking(undefined),
  });
  // An undo's preview harms nobody: it is put away without a question.
  const decline = () => (undo ? act.mutate("reject") : setAsking("reject"));
  const empty = undo && totalOf(plan) === 0;
  return (
    <div className="record-actions">
      <Button disabledFocusable={act.isPending} onClick={decline}>
        {undo ? words.discard : words.reject}
      </Button>
      {!empty && (
        <Button appearance="primary" icon={undo ? <IconUndo /> : <IconDone />} disabledFocusable={act.isPending} onClick={() => setAsking("approve")}>
          {undo ? words.confirmUndo : words.approve}
        </Button>
      )}
      <Confirm
        open={asking !== undefined}
        busy={act.isPending}
        title={asking === "reject" ? words.rejectTitle : undo ? words.undoTitle : words.approveTitle}
        detail={asking === "reject" ? words.rejectDetail : undo ? words.undoDetail : words.approveDetail}
        confirm={asking === "reject" ? words.reject : undo ? words.confirmUndo : words.approve}
        onConfirm={() => asking && act.mutate(asking)}
        onCancel={() => setAsking(undefined)}
      />
    </div>
  );
}

function AfterDryRun({ plan }: { plan: PlanReport }) {
  const mailbox = useQuery(mailboxQuery(plan.mailbox.id)).data;
  const queries = useQueryClient();
  const navigate = useNavigate();
  const notices = useNotices();
  const again = useMutation({
    mutationFn: () => startDryRun(plan.mailbox.id),
    onSuccess: (next) => void navigate({ to: "/start/mail-sync/$id/plans/$plan", params: { id: plan.mailbox.id, plan: next.id } }),
    onError: (error) => notices.failed(error, words.dryRun),
  });
  const start = useMutation({
    mutationFn: () => startMailbox(plan.mailbox.id),
    onSuccess: (now) => {
      applyMailbox(queries, now);
      notices.done(trustTexts.start.started(now.address));
      void navigate({ to: "/start/mail-sync/$id", params: { id: now.id } });
    },
    onError: (error) => notices.failed(error, trustTexts.start.button),
  });
  if (isBusy(plan)) return null;
  return (
    <div className="record-actions">
      <Button icon={<IconRefresh />} disabledFocusable={again.isPending} onClick={() => again.mutate()}>
        {words.again}
      </Button>
      {mailbox?.state === "waiting_for_start" && (
        <Button appearance="primary" icon={<IconPlay />} aria-label={trustTexts.start.buttonLabel(mailbox.address)} disabledFocusable={start.isPending} onClick={() => start.mutate()}>
          {trustTexts.start.button}
        </Button>
      )}
    </div>
  );
}

const ACTIONS: PlanAction[] = ["create", "change", "merge", "delete", "park", "mail", "keep"];

function Items({ plan }: { plan: PlanReport }) {
  const [action, setAction] = useState<PlanAction | "all">("all");
  const list = useInfiniteQuery(planItemsQuery(plan.id, action === "all" ? {} : { action }));
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  if (plan.items_total === 0) return null;
  return (
    <section className="card" aria-labelledby="plan-items">
      <header className="card-head">
        <h2 id="plan-items">{words.items}</h2>
        <TabList size="small" selectedValue={action} onTabSelect={(_, data) => setAction(data.value as PlanAction | "all")} aria-label={words.items}>
          <Tab value="all">{words.all}</Tab>
          {ACTIONS.map((each) => (
            <Tab key={each} value={each}>
              {words.actions[each]}
            </Tab>
          ))}
        </TabList>
      </header>
      {list.isPending ? (
        <LoadingRows rows={6} />
      ) : list.isError && items.length === 0 ? (
        <ErrorState title={texts.errors.listTitle} error={list.error} onRetry={() => void list.refetch()} />
      ) : items.length === 0 ? (
        <p className="quiet">{texts.list.noMatchTitle}</p>
      ) : (
        <ol className="plan-items">
          {items.map((item) => (
            <PlanRow key={item.id} item={item} />
          ))}
        </ol>
      )}
      {plan.shortened && <p className="quiet">{words.shortened(formatNumber(plan.items_total))}</p>}
      {list.hasNextPage && (
        <Button appearance="subtle" className="timeline-more" disabled={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {words.more}
        </Button>
      )}
    </section>
  );
}
