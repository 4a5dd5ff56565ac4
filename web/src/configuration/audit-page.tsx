// Account Settings > Audit log: who changed what, when, from what to what. It cannot be edited.
import { Button, Input, MessageBar, MessageBarBody, SearchBox, Select } from "@fluentui/react-components";
import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { auditExportAddress, auditQuery, checkAuditLog, type AuditEntry, type AuditFilter } from "../api/account";
import { messageOf } from "../api/client";
import { useUser } from "../api/session";
import { formatFull } from "../format";
import { IconDownload, IconHistory } from "../icons";
import { texts } from "../texts";
import { dayStart } from "../ui/days";
import { useDebounced } from "../ui/debounced";
import { EmptyState, ErrorState, LoadingRows } from "../ui/states";
import { useTitle } from "../ui/title";
import { setup } from "./texts";

const words = setup.audit;
const AREAS = Object.entries(words.areas);

export function AuditPage() {
  useTitle(`${setup.tabs.audit} · ${setup.accountSettings}`);
  const whole = useUser().role === "system_administrator";
  const [typed, setTyped] = useState("");
  const [area, setArea] = useState("");
  const [days, setDays] = useState({ from: "", to: "" });
  const q = useDebounced(typed.trim(), 200);
  const filter: AuditFilter = { q: q || undefined, action: area || undefined, since: dayStart(days.from), until: dayStart(days.to, 1) };
  const log = useInfiniteQuery(auditQuery(filter));
  const check = useMutation({ mutationFn: checkAuditLog });
  const items = log.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <div className="settings-bar">
        <SearchBox className="settings-search" aria-label={words.search} placeholder={words.search} value={typed} onChange={(_, data) => setTyped(data.value)} />
        <Select aria-label={words.area} value={area} onChange={(_, data) => setArea(data.value)}>
          <option value="">{words.anyArea}</option>
          {AREAS.map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </Select>
        <label className="settings-day">
          {words.from}
          <Input type="date" value={days.from} onChange={(_, data) => setDays({ ...days, from: data.value })} />
        </label>
        <label className="settings-day">
          {words.to}
          <Input type="date" value={days.to} onChange={(_, data) => setDays({ ...days, to: data.value })} />
        </label>
        <span className="spacer" />
        {whole && (
          <Button disabledFocusable={check.isPending} onClick={() => check.mutate()}>
            {words.check}
          </Button>
        )}
        <Button as="a" href={auditExportAddress(filter)} download icon={<IconDownload />}>
          {words.export}
        </Button>
      </div>
      {check.isError && <Told intent="error" text={messageOf(check.error)} />}
      {check.data && <Told intent={check.data.intact ? "success" : "error"} text={check.data.intact ? words.intact(check.data.entries) : words.broken(check.data.first_broken ?? 0)} />}
      <div className="card settings-card">
        {log.isPending ? (
          <LoadingRows rows={8} />
        ) : log.isError && items.length === 0 ? (
          <ErrorState title={texts.errors.listTitle} error={log.error} onRetry={() => void log.refetch()} />
        ) : items.length === 0 ? (
          <EmptyState Icon={IconHistory} title={words.emptyTitle} detail={words.emptyDetail} />
        ) : (
          <Entries entries={items} />
        )}
        {log.hasNextPage && (
          <Button appearance="subtle" disabledFocusable={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
            {setup.users.more}
          </Button>
        )}
      </div>
    </>
  );
}

function Told({ intent, text }: { intent: "success" | "error"; text: string }) {
  return (
    <MessageBar intent={intent} layout="multiline" role={intent === "error" ? "alert" : "status"}>
      <MessageBarBody>{text}</MessageBarBody>
    </MessageBar>
  );
}

export function Entries({ entries }: { entries: AuditEntry[] }) {
  return (
    <div className="settings-scroll" role="region" aria-label={setup.tabs.audit} tabIndex={0}>
      <table className="settings-table">
        <thead>
          <tr>
            <th scope="col">{words.when}</th>
            <th scope="col">{words.who}</th>
            <th scope="col">{words.what}</th>
            <th scope="col">{words.to_what}</th>
            <th scope="col">{words.changes}</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <tr key={entry.number}>
              <td>
                <time dateTime={entry.at}>{formatFull(entry.at)}</time>
              </td>
              <td>
                {entry.actor}
                {entry.peer && <small className="settings-peer">{entry.peer}</small>}
              </td>
              <td>{words.actions[entry.action] ?? entry.action}</td>
              <td>{entry.subject_name}</td>
              <td className="settings-wrap">
                {entry.changes.map((change) => (
                  <div key={change.member}>{change.from === null ? words.set(change.member, change.to) : words.change(change.member, change.from, change.to)}</div>
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
