// What happened around a record, newest first, day by day.
import { Avatar, Button, Tab, TabList } from "@fluentui/react-components";
import type { FluentIcon } from "@fluentui/react-icons";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Schemas } from "../api/client";
import { resourceOf, timelineQuery } from "../api/records";
import { formatDay, formatFull, formatTime, sameDay } from "../format";
import { IconAttach, IconEdit, IconEmail, IconHistory, IconMeeting, IconSend, IconTask } from "../icons";
import { texts } from "../texts";
import { EmptyState, ErrorState, LoadingRows } from "../ui/states";
import { ChoiceBadge } from "./values";

type Entry = Schemas["TimelineEntry"];
type Kind = Schemas["TimelineKind"];
const KINDS: Kind[] = ["email", "meeting", "task", "change"];

const ICONS: Record<Kind, FluentIcon> = { email: IconEmail, meeting: IconMeeting, task: IconTask, change: IconEdit };

function dayLabel(at: Date, now: Date): string {
  const yesterday = new Date(now.getTime() - 864e5);
  if (sameDay(at, now)) return texts.timeline.today;
  if (sameDay(at, yesterday)) return texts.timeline.yesterday;
  return formatDay(at, now);
}

function byDay(entries: Entry[]): { label: string; key: string; entries: Entry[] }[] {
  const now = new Date();
  const days: { label: string; key: string; entries: Entry[] }[] = [];
  for (const entry of entries) {
    const at = new Date(entry.at);
    const label = at.getTime() > now.getTime() && !sameDay(at, now) ? `${texts.timeline.upcoming} · ${formatDay(at, now)}` : dayLabel(at, now);
    if (days.at(-1)?.label === label) days.at(-1)!.entries.push(entry);
    else days.push({ label, key: `${label}-${entry.id}`, entries: [entry] });
  }
  return days;
}

export function Timeline({ id }: { id: string }) {
  const [kind, setKind] = useState<Kind | "all">("all");
  const timeline = useInfiniteQuery(timelineQuery(id, kind === "all" ? undefined : kind));
  const entries = timeline.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section className="card timeline" aria-labelledby="timeline-title">
      <header className="card-head">
        <h2 id="timeline-title">{texts.record.timeline}</h2>
        <TabList size="small" selectedValue={kind} onTabSelect={(_, data) => setKind(data.value as Kind | "all")} aria-label={texts.record.timeline}>
          <Tab value="all">{texts.timeline.all}</Tab>
          {KINDS.map((entry) => (
            <Tab key={entry} value={entry}>
              {texts.timeline[entry]}
            </Tab>
          ))}
        </TabList>
      </header>
      {timeline.isPending ? (
        <LoadingRows rows={6} />
      ) : timeline.isError && entries.length === 0 ? (
        <ErrorState title={texts.timeline.errorTitle} error={timeline.error} onRetry={() => void timeline.refetch()} />
      ) : entries.length === 0 ? (
        <EmptyState Icon={IconHistory} title={texts.timeline.emptyTitle} detail={texts.timeline.emptyDetail} />
      ) : (
        byDay(entries).map((day) => (
          <div key={day.key}>
            <h3 className="timeline-day">{day.label}</h3>
            <ol className="timeline-list">
              {day.entries.map((entry) => (
                <TimelineItem key={entry.id} entry={entry} />
              ))}
            </ol>
          </div>
        ))
      )}
      {timeline.hasNextPage && (
        <Button appearance="subtle" className="timeline-more" disabled={timeline.isFetchingNextPage} onClick={() => void timeline.fetchNextPage()}>
          {texts.timeline.more}
        </Button>
      )}
    </section>
  );
}

function TimelineItem({ entry }: { entry: Entry }) {
  const Icon = entry.kind === "email" && entry.direction === "out" ? IconSend : ICONS[entry.kind];
  return (
    <li className={`timeline-item timeline-${entry.kind}`}>
      <Avatar size={28} icon={<Icon />} aria-hidden />
      <div className="timeline-body">
        <div className="timeline-line">
          {entry.record ? (
            <Link to="/$resource/$id" params={{ resource: resourceOf(entry.record.type), id: entry.record.id }} className="timeline-title">
              {entry.title || texts.words.noSubject}
            </Link>
          ) : (
            <span className="timeline-title">{entry.title}</span>
          )}
          {entry.has_attachments && <IconAttach className="cell-icon" aria-label={texts.fields.has_attachments} />}
          {entry.status && <ChoiceBadge value={entry.status} />}
          <time dateTime={entry.at} title={formatFull(entry.at)}>
            {formatTime(entry.at)}
          </time>
        </div>
        <div className="timeline-actor">{entry.actor.name}</div>
        {entry.preview && <p className="timeline-preview">{entry.preview}</p>}
        {entry.changes && entry.changes.length > 0 && (
          <ul className="timeline-changes">
            {entry.changes.map((change, index) => (
              <li key={`${change.field}-${index}`}>
                <span className="change-field">{texts.fields[change.field.replace(/_ids?$/, "")] ?? change.field}</span>
                {change.from && <del>{change.from}</del>}
                {change.to ? <ins>{change.to}</ins> : <em>{texts.timeline.cleared}</em>}
              </li>
            ))}
          </ul>
        )}
      </div>
    </li>
  );
}
