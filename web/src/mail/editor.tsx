// A small editor for the text of an email: bold, italic, underlined, lists. What is pasted is cleaned first.
import { Button, Tooltip } from "@fluentui/react-components";
import { useEffect, useRef } from "react";
import { IconBold, IconBullets, IconItalic, IconUnderline } from "../icons";
import { texts } from "../texts";
import { sanitizeWritten, textToHtml } from "./sanitize";

const COMMANDS = [
  ["bold", texts.compose.bold, IconBold],
  ["italic", texts.compose.italic, IconItalic],
  ["underline", texts.compose.underline, IconUnderline],
  ["insertUnorderedList", texts.compose.bullets, IconBullets],
] as const;

export function Editor(props: { initial: string; autoFocus?: boolean; onChange: (html: string) => void }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // Uncontrolled: the browser keeps the text and the caret; we only read it.
    box.current!.innerHTML = sanitizeWritten(props.initial);
    if (props.autoFocus) box.current!.focus();
  }, []);
  const changed = () => props.onChange(sanitizeWritten(box.current!.innerHTML));
  return (
    <div className="editor">
      <div className="editor-bar" role="toolbar" aria-label={texts.compose.body}>
        {COMMANDS.map(([command, label, Icon]) => (
          <Tooltip key={command} content={label} relationship="label">
            <Button
              size="small"
              appearance="subtle"
              icon={<Icon />}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => {
                box.current?.focus();
                document.execCommand(command);
                changed();
              }}
            />
          </Tooltip>
        ))}
      </div>
      <div
        ref={box}
        className="editor-box"
        contentEditable
        role="textbox"
        aria-multiline="true"
        aria-label={texts.compose.body}
        tabIndex={0}
        onInput={changed}
        onPaste={(event) => {
          event.preventDefault();
          const html = event.clipboardData.getData("text/html");
          const safe = html ? sanitizeWritten(html) : textToHtml(event.clipboardData.getData("text/plain"));
          document.execCommand("insertHTML", false, safe);
        }}
      />
    </div>
  );
}
