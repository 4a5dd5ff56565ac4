// Parts shared by the pages of Mail Sync: badges, progress, counts.
import { Badge, Button, ProgressBar, Tooltip, type BadgeProps } from "@fluentui/react-components";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { Schemas } from "../api/client";
import { applyMailbox, useLiveState } from "../api/events";
import { actOnMailbox, type Counts, type KindState, type Mailbox, type MailboxAct } from "../api/sync";
import { formatNumber } from "../format";
import { IconPause, IconPlay, IconSync } from "../icons";
import { texts } from "../texts";
import { useNotices } from "../ui/notice";

const TONES: Record<Schemas["MailboxState"], BadgeProps["color"]> = {
  first_sync: "brand",
  syncing: "brand",
  idle: "success",
  waiting: "warning",
  paused: "subtle",
  needs_sign_in: "danger",
  stopped: "danger",
  disabled: "subtle",
  waiting_for_start: "warning",
};

export function StateBadge({ state }: { state: Schemas["MailboxState"] }) {
  const busy = state === "first_sync" || state === "syncing";
  return (
    <Tooltip content={texts.sync.stateHints[state]} relationship="description">
      <Badge appearance="tint" color={TONES[state]} size="large" icon={busy ? <IconSync className="spin" /> : undefined} className="choice" tabIndex={0}>
        {texts.sync.states[state]}
      </Badge>
    </Tooltip>
  );
}

export function LiveBadge() {
  const state = useLiveState();
  return (
    <span className={`live live-${state}`} role="status">
      {state === "live" ? texts.sync.live : state === "away" ? texts.sync.away : texts.sync.connecting}
    </span>
  );
}

export function skippedOf(counts: Counts): number {
  return Object.values(counts.skipped).reduce((sum, n) => sum + n, 0);
}

export function reasonText(reason: string): string {
  return texts.sync.reasons[reason] ?? reason.replace(/_/g, " ").replace(/^./, (first) => first.toUpperCase());
}

export function KindProgress({ kind }: { kind: KindState }) {
  const { progress } = kind;
  if (!progress) return null;
  const total = progress.total ?? undefined;
  const label = total ? texts.sync.progress(formatNumber(progress.done), formatNumber(total)) : texts.sync.progressOpen(formatNumber(progress.done));
  return (
    <div className="kind-progress">
      <ProgressBar value={total ? Math.min(1, progress.done / total) : undefined} thickness="large" aria-label={`${texts.sync.kinds[kind.kind]}: ${label}`} />
      <small>{label}</small>
    </div>
  );
}

// One kind of one mailbox in a few words, for the overview.
export function KindCell({ kind }: { kind: KindState }) {
  const inCrm = kind.to_crm.created;
  const inMailbox = kind.to_mailbox.created;
  return (
    <div className="kind-cell">
      <div className="kind-cell-head">
        <span className={`dot dot-${kind.state}`} aria-hidden />
        <span>{texts.sync.kinds[kind.kind]}</span>
        <span className="sr-only">: {texts.sync.kindStates[kind.state]}</span>
      </div>
      {kind.progress ? (
        <KindProgress kind={kind} />
      ) : (
        <div className="kind-cell-counts">
          <strong>{formatNumber(inCrm)}</strong>
          {inMailbox > 0 && (
            <small title={texts.sync.toMailbox}>
              +{formatNumber(inMailbox)} ↗<span className="sr-only"> {texts.sync.toMailbox}</span>
            </small>
          )}
        </div>
      )}
    </div>
  );
}

export function useMailboxAct(mailbox: Mailbox) {
  const queries = useQueryClient();
  const notices = useNotices();
  return useMutation({
    mutationFn: (act: MailboxAct) => actOnMailbox(mailbox.id, act),
    onSuccess: (now, act) => {
      applyMailbox(queries, now);
      notices.done(act === "sync" ? texts.sync.requested(now.address) : act === "pause" ? texts.sync.paused(now.address) : texts.sync.resumed(now.address));
    },
    onError: (error, act) => notices.failed(error, act === "sync" ? texts.sync.syncNow : act === "pause" ? texts.sync.pause : texts.sync.resume),
  });
}

export function MailboxActions({ mailbox, size = "small" }: { mailbox: Mailbox; size?: "small" | "medium" }) {
  const act = useMailboxAct(mailbox);
  const paused = mailbox.state === "paused";
  return (
    <div className="mailbox-actions">
      {!paused && mailbox.state !== "needs_sign_in" && mailbox.state !== "disabled" && mailbox.state !== "waiting_for_start" && (
        <Button size={size} appearance={size === "medium" ? "primary" : "secondary"} icon={<IconSync />} disabledFocusable={act.isPending} onClick={() => act.mutate("sync")}>
          {texts.sync.syncNow}
        </Button>
      )}
      <Button
        size={size}
        icon={paused ? <IconPlay /> : <IconPause />}
        disabledFocusable={act.isPending}
        aria-label={`${paused ? texts.sync.resume : texts.sync.pause}: ${mailbox.address}`}
        onClick={() => act.mutate(paused ? "resume" : "pause")}
      >
        {size === "medium" || paused ? (paused ? texts.sync.resume : texts.sync.pause) : undefined}
      </Button>
    </div>
  );
}
