// What a page shows when it has nothing to show: empty, waiting, failed. Each says what to do next.
import { Button, Skeleton, SkeletonItem, Spinner } from "@fluentui/react-components";
import type { FluentIcon } from "@fluentui/react-icons";
import type { ReactNode } from "react";
import { ApiError, messageOf } from "../api/client";
import { IconDisconnected, IconError, IconRefresh, IconSearch } from "../icons";
import { texts } from "../texts";

export function EmptyState(props: { Icon: FluentIcon; title: string; detail: string; children?: ReactNode }) {
  return (
    <div className="state" role="status">
      <div className="state-icon" aria-hidden>
        <props.Icon />
      </div>
      <h2>{props.title}</h2>
      <p>{props.detail}</p>
      {props.children && <div className="state-actions">{props.children}</div>}
    </div>
  );
}

export function ErrorState(props: { title: string; error: unknown; onRetry?: () => void }) {
  const missing = props.error instanceof ApiError && props.error.status === 404;
  const offline = props.error instanceof ApiError && props.error.status === 0;
  const Icon = missing ? IconSearch : offline ? IconDisconnected : IconError;
  return (
    <div className="state" role="alert">
      <div className={missing ? "state-icon" : "state-icon state-icon-bad"} aria-hidden>
        <Icon />
      </div>
      <h2>{missing ? texts.errors.notFoundTitle : props.title}</h2>
      <p>{messageOf(props.error)}</p>
      {props.onRetry && !missing && (
        <div className="state-actions">
          <Button appearance="primary" icon={<IconRefresh />} onClick={props.onRetry}>
            {texts.errors.tryAgain}
          </Button>
        </div>
      )}
    </div>
  );
}

export function LoadingPage() {
  return (
    <div className="state">
      <Spinner size="medium" label={texts.words.loading} />
    </div>
  );
}

export function LoadingRows({ rows = 12 }: { rows?: number }) {
  return (
    <Skeleton aria-label={texts.words.loading} className="loading-rows">
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} className="loading-row" style={{ opacity: 1 - index / (rows + 2) }}>
          <SkeletonItem shape="circle" size={24} />
          <SkeletonItem size={12} style={{ width: `${28 - (index % 4) * 3}%` }} />
          <SkeletonItem size={12} style={{ width: `${22 - (index % 3) * 4}%` }} />
          <SkeletonItem size={12} style={{ width: "12%" }} />
        </div>
      ))}
    </Skeleton>
  );
}
