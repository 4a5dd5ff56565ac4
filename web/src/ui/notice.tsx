// Short notices at the corner: what was done, or why it was not.
import { Toast, ToastBody, ToastTitle, useToastController, type ToastIntent } from "@fluentui/react-components";
import { useMemo } from "react";
import { messageOf } from "../api/client";
import { texts } from "../texts";

export const TOASTER = "notices";

export interface Notices {
  done: (title: string, detail?: string) => void;
  warn: (title: string, detail?: string) => void;
  failed: (error: unknown, title?: string) => void;
}

export function useNotices(): Notices {
  const { dispatchToast } = useToastController(TOASTER);
  return useMemo(() => {
    const show = (intent: ToastIntent, title: string, detail?: string) =>
      dispatchToast(
        <Toast>
          <ToastTitle>{title}</ToastTitle>
          {detail && <ToastBody>{detail}</ToastBody>}
        </Toast>,
        { intent, timeout: intent === "error" ? 12000 : 5000 },
      );
    return {
      done: (title, detail) => show("success", title, detail),
      warn: (title, detail) => show("warning", title, detail),
      failed: (error, title = texts.errors.savingTitle) => show("error", title, messageOf(error)),
    };
  }, [dispatchToast]);
}
