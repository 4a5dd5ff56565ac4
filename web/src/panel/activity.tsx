// What was changed in this organization: the audit log, filtered.
import { Button, Input, SearchBox, Select } from "@fluentui/react-components";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { auditExportAddress, auditQuery, type AuditFilter } from "../api/account";
import { Entries } from "../configuration/audit-page";
import { setup } from "../configuration/texts";
import { IconDownload, IconHistory } from "../icons";
import { texts } from "../texts";
import { dayStart } from "../ui/days";
import { useDebounced } from "../ui/debounced";
import { EmptyState, ErrorState, LoadingRows } from "../ui/states";
import type { SectionProps } from "./organization";
import { panel } from "./texts";

const words = setup.audit;

export function Activity({ organization }: SectionProps) {
  const [typed, setTyped] = useState("");
  const [area, setArea] = useState("");
  const [days, setDays] = useState({ from: "", to: "" });
  const q = useDebounced(typed.trim(), 200);
  const filter: AuditFilter = { organization_id: organization.id, q: q || undefined, action: area || undefined, since: dayStart(days.from), until: dayStart(days.to, 1) };
  const log = useInfiniteQuery(auditQuery(filter));
  const items = log.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <p className="settings-note">{panel.activityLead}</p>
      <div className="settings-bar">
        <SearchBox className="settings-search" aria-label={words.search} placeholder={words.search} value={typed} onChange={(_, data) => setTyped(data.value)} />
        <Select aria-label={words.area} value={area} onChange={(_, data) => setArea(data.value)}>
          <option value="">{words.anyArea}</option>
          {Object.entries(words.areas).map(([value, label]) => (
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
        <Button as="a" href={auditExportAddress(filter)} download icon={<IconDownload />}>
          {words.export}
        </Button>
      </div>
      <div className="card settings-card">
        {log.isPending ? (
          <LoadingRows rows={6} />
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
