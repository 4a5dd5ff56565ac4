// Asks before a page with unsaved input is left, by a link or by closing the tab.
import { useBlocker } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { texts } from "../texts";
import { Confirm } from "./confirm";

// `unsaved` is asked at the moment of leaving.
export function useLeaveGuard(unsaved: () => boolean): ReactNode {
  const blocker = useBlocker({ shouldBlockFn: unsaved, enableBeforeUnload: unsaved, withResolver: true });
  if (blocker.status !== "blocked") return null;
  return (
    <Confirm
      open
      title={texts.record.leaveTitle}
      detail={texts.record.leaveDetail}
      confirm={texts.record.leave}
      cancel={texts.record.stay}
      onConfirm={blocker.proceed}
      onCancel={blocker.reset}
    />
  );
}
