// Why an item is where it is: its verdict, what was done with it and when, as a timeline; copied as text for support.
import { Badge, Button, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, Input, MessageBar, MessageBarBody, Tooltip } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { messageOf } from "../api/client";
import { explainQuery, type ExplainQuery, type Explanation } from "../api/trust";
import { asSentence, formatFull, formatInstant } from "../format";
import { IconCopy, IconExplain, IconSearch } from "../icons";
import { RecordLink } from "../records/values";
import { texts } from "../texts";
import { trustTexts } from "../texts-trust";
import { useNotices } from "../ui/notice";
import { LoadingRows } from "../ui/states";
import { IssueList } from "./issue-list";
import { UndoChangeButton } from "./mailbox-plans";
import { FieldTable } from "./plan-parts";

const words = trustTexts.explain;

// On a record's page.
export function ExplainButton({ recordId, size }: { recordId: string; size?: "small" | "medium" }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button size={size} icon={<IconExplain />} onClick={() => setOpen(true)}>
        {words.button}
      </Button>
      <Dialog open={open} onOpenChange={(_, data) => setOpen(data.open)}>
        <DialogSurface className="explain-dialog" aria-label={words.title}>
          <DialogBody>
            <DialogTitle>{words.title}</DialogTitle>
            <DialogContent>
              <p className="lead">{words.lead}</p>
              {open && <Explanations query={{ record_id: recordId }} />}
            </DialogContent>
            <DialogActions>
              <Button onClick={() => setOpen(false)}>{texts.words.close}</Button>
            </DialogActions>
          </DialogBody>
        </DialogSurface>
      </Dialog>
    </>
  );
}

// In the preferences: for what is on no page, because it is not in the CRM.
export function ExplainSearch() {
  const [text, setText] = useState("");
  const [asked, setAsked] = useState<string>();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim()) setAsked(text.trim());
  };
  return (
    <section className="card explain-search" aria-labelledby="explain-search">
      <header className="card-head">
        <h2 id="explain-search">{words.search}</h2>
      </header>
      <form onSubmit={submit} role="search">
        <Input
          value={text}
          maxLength={400}
          contentBefore={<IconSearch />}
          placeholder={words.searchHint}
          aria-label={words.searchHint}
          onChange={(_, data) => setText(data.value)}
        />
        <Button type="submit" appearance="primary">
          {words.searchButton}
        </Button>
      </form>
      {asked && <Explanations query={{ q: asked }} />}
    </section>
  );
}

function Explanations({ query }: { query: ExplainQuery }) {
  const found = useQuery(explainQuery(query));
  if (found.isPending) return <LoadingRows rows={4} />;
  if (found.isError)
    return (
      <MessageBar intent="error" layout="multiline">
        <MessageBarBody>
          {words.failed}. {messageOf(found.error)}
        </MessageBarBody>
      </MessageBar>
    );
  if (found.data.items.length === 0)
    return (
      <p className="quiet" role="status">
        {query.q ? words.noneFor(query.q) : words.none}
      </p>
    );
  return (
    <>
      {found.data.items.map((item) => (
        <Explained key={`${item.mailbox.id} ${item.remote_id ?? ""} ${item.record?.id ?? ""}`} item={item} />
      ))}
    </>
  );
}

function Explained({ item }: { item: Explanation }) {
  const title = item.title || item.record?.name || texts.words.unnamed;
  return (
    <article className="explained" aria-label={`${title}, ${item.mailbox.address}`}>
      <header>
        <h3>
          {item.record ? <RecordLink value={{ ...item.record, name: title }} /> : title}
          <Badge appearance="tint" className="choice" color={item.shared ? "success" : "subtle"}>
            {item.shared ? words.shared : words.notShared}
          </Badge>
        </h3>
        <p className="explained-where">
          {texts.sync.kinds[item.kind]} · {item.mailbox.address}
          {item.rule && ` · ${words.rule}: ${item.rule}`}
        </p>
        <CopyButtons item={item} />
      </header>
      <p className="explained-verdict">{item.verdict}</p>
      {item.waits_for && (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>
            <strong>{words.waitsFor}:</strong> {item.waits_for}
          </MessageBarBody>
        </MessageBar>
      )}
      {item.issues.length > 0 && <IssueList issues={item.issues} level="h4" />}
      <h4>{words.steps}</h4>
      {item.steps.length === 0 ? (
        <p className="explained-where">{words.noSteps}</p>
      ) : (
        <ol className="steps">
          {item.steps.map((step, index) => (
            <li key={index}>
              {step.change?.state === "done" && <UndoChangeButton mailboxId={item.mailbox.id} changeId={step.change.id} />}
              {step.at && (
                <time dateTime={step.at} title={formatFull(step.at)}>
                  {formatInstant(step.at)}
                </time>
              )}
              <p>{stepText(step)}</p>
              {step.change && step.change.fields.length > 0 && (
                <details className="plan-fields">
                  <summary>{trustTexts.plan.fields(step.change.fields.length)}</summary>
                  <FieldTable fields={step.change.fields} label={stepText(step)} before={words.before} after={words.after} />
                </details>
              )}
            </li>
          ))}
        </ol>
      )}
    </article>
  );
}

// A change in plain words; its fields are in a table of their own.
export function stepText(step: Explanation["steps"][number]): string {
  const { change } = step;
  if (!change) return step.words;
  const acts: Record<string, string> = words.acts[change.side];
  const what = acts[change.action] ?? words.otherAct(change.action, change.side === "crm");
  const why = [change.cause, change.rule && `${words.rule.toLowerCase()}: ${change.rule}`].filter(Boolean).join("; ");
  const said = why ? `${what} (${why}).` : `${what}.`;
  if (change.state === "done") return said;
  return [`${words.changeStates[change.state]}: ${said}`, change.outcome && asSentence(change.outcome)].filter(Boolean).join(" ");
}

function CopyButtons({ item }: { item: Explanation }) {
  const notices = useNotices();
  const copy = async (text: string, said: string) => {
    try {
      await navigator.clipboard.writeText(text);
      notices.done(said);
    } catch {
      notices.warn(words.copyFailed);
    }
  };
  return (
    <div className="explained-copy">
      <Tooltip content={words.copyHint} relationship="description">
        <Button size="small" icon={<IconCopy />} onClick={() => void copy(item.text_without_content, words.copied)}>
          {words.copy}
        </Button>
      </Tooltip>
      <Button size="small" appearance="subtle" onClick={() => void copy(item.text, words.copiedAll)}>
        {words.copyAll}
      </Button>
    </div>
  );
}
