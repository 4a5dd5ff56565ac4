// A dialog that is filled in and sent.
import { Button, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, MessageBar, MessageBarBody } from "@fluentui/react-components";
import type { ReactNode } from "react";
import { texts } from "../texts";

export function FormDialog(props: {
  title: string;
  problem?: string; // what was refused and belongs to no field
  submit: string;
  busy: boolean;
  narrow?: boolean;
  onSubmit: () => void;
  onClose: () => void;
  children: ReactNode;
}) {
  return (
    <Dialog open onOpenChange={(_, data) => !data.open && props.onClose()}>
      <DialogSurface className={props.narrow ? "confirm" : undefined}>
        <form onSubmit={(event) => (event.preventDefault(), props.onSubmit())} noValidate>
          <DialogBody>
            <DialogTitle>{props.title}</DialogTitle>
            <DialogContent className="stack">
              {props.problem && (
                <MessageBar intent="error" layout="multiline" role="alert">
                  <MessageBarBody>{props.problem}</MessageBarBody>
                </MessageBar>
              )}
              {props.children}
            </DialogContent>
            <DialogActions>
              <Button onClick={props.onClose}>{texts.words.cancel}</Button>
              <Button type="submit" appearance="primary" disabledFocusable={props.busy}>
                {props.submit}
              </Button>
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}
