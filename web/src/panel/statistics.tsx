// The Statistics of an organization: charts over time, each with its table; issues; and every user.
import { Select } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";
import { statisticsQuery, type Statistics as Figures } from "../api/panel";
import { formatDate, formatDuration, formatNumber } from "../format";
import { texts } from "../texts";
import { ErrorState, LoadingRows } from "../ui/states";
import { LinesOfDays, StackedDays, type Series } from "./charts";
import type { SectionProps } from "./organization";
import { statistics as words } from "./texts-statistics";

type Direction = keyof typeof words.directions;
type Day = Figures["days"][number];
const KINDS = ["email", "contact", "task", "meeting"] as const;
const PERCENTILES = ["p50_ms", "p95_ms", "p99_ms"] as const;

export function Statistics({ organization }: SectionProps) {
  const [days, setDays] = useState(14);
  const figures = useQuery(statisticsQuery(organization.id, days));
  if (figures.isPending) return <LoadingRows rows={6} />;
  if (figures.isError && !figures.data) return <ErrorState title={texts.errors.pageTitle} error={figures.error} onRetry={() => void figures.refetch()} />;
  const data = figures.data;
  return (
    <>
      <div className="settings-bar">
        <p className="settings-note">{words.lead(data.mailboxes)}</p>
        <span className="spacer" />
        <Select aria-label={words.span} value={String(days)} onChange={(_, chosen) => setDays(Number(chosen.value))}>
          {Object.entries(words.spans).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </Select>
      </div>
      <Items days={data.days} />
      <Latency figures={data} />
      <Troubles days={data.days} />
      <Issues figures={data} />
      <PerUser figures={data} />
    </>
  );
}

function Card({ title, lead, end, children }: { title: string; lead?: string; end?: ReactNode; children: ReactNode }) {
  const id = `statistics-${title.toLowerCase().replace(/[^a-z]+/g, "-")}`;
  return (
    <section className="card panel-figures" aria-labelledby={id}>
      <div className="settings-bar">
        <h2 id={id}>{title}</h2>
        <span className="spacer" />
        {end}
      </div>
      {lead && <p className="settings-note">{lead}</p>}
      {children}
    </section>
  );
}

// What a chart shows, for who does not see it.
function DayTable({ title, days, series, show = formatNumber }: { title: string; days: string[]; series: Series[]; show?: (n: number) => string }) {
  return (
    <details className="panel-table">
      <summary>{words.table(title)}</summary>
      <div className="settings-scroll" role="region" aria-label={words.table(title)} tabIndex={0}>
        <table className="settings-table">
          <thead>
            <tr>
              <th scope="col">{words.day}</th>
              {series.map((each) => (
                <th key={each.name} scope="col">
                  {each.name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {days.map((day, i) => (
              <tr key={day}>
                <th scope="row">{formatDate(day)}</th>
                {series.map((each) => (
                  <td key={each.name}>{show(each.values[i])}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

const nothing = (series: Series[]) => series.every((each) => each.values.every((n) => n === 0));
const names = (days: Day[]) => days.map((each) => each.day);

function Items({ days }: { days: Day[] }) {
  const [direction, setDirection] = useState<Direction>("both");
  const series: Series[] = KINDS.map((kind) => ({
    name: words.kinds[kind],
    values: days.map((day) => {
      const found = day.kinds.find((each) => each.kind === kind);
      return (direction === "to_mailbox" ? 0 : (found?.to_crm ?? 0)) + (direction === "to_crm" ? 0 : (found?.to_mailbox ?? 0));
    }),
  }));
  const choice = (
    <Select aria-label={words.direction} value={direction} onChange={(_, data) => setDirection(data.value as Direction)}>
      {Object.entries(words.directions).map(([value, label]) => (
        <option key={value} value={value}>
          {label}
        </option>
      ))}
    </Select>
  );
  return (
    <Card title={words.items} lead={nothing(series) ? words.noItems : words.itemsLead} end={choice}>
      {!nothing(series) && <StackedDays title={words.items} days={names(days)} series={series} />}
      <DayTable title={words.items} days={names(days)} series={series} />
    </Card>
  );
}

function Latency({ figures }: { figures: Figures }) {
  const { latency } = figures;
  const days = figures.days.filter((day) => day.latency.passes > 0);
  const series: Series[] = PERCENTILES.map((each) => ({ name: words.percentiles[each], values: days.map((day) => day.latency[each]) }));
  const inSeconds = series.map((each) => ({ name: `${each.name} (s)`, values: each.values.map((ms) => ms / 1000) }));
  return (
    <Card title={words.latency} lead={words.latencyLead(latency.passes, latency.p50_ms, latency.p95_ms, latency.p99_ms)}>
      {days.length > 0 && <LinesOfDays title={words.latency} days={names(days)} series={inSeconds} />}
      {days.length > 0 && <DayTable title={words.latency} days={names(days)} series={series} show={formatDuration} />}
    </Card>
  );
}

function Troubles({ days }: { days: Day[] }) {
  const series: Series[] = [
    { name: words.throttled, values: days.map((day) => day.throttled) },
    { name: words.failed, values: days.map((day) => day.failed) },
  ];
  const none = nothing(series);
  return (
    <Card title={words.troubles} lead={none ? words.noTroubles : words.troublesLead}>
      {!none && <StackedDays title={words.troubles} days={names(days)} series={series} />}
      {!none && <DayTable title={words.troubles} days={names(days)} series={series} />}
    </Card>
  );
}

function Issues({ figures }: { figures: Figures }) {
  const issues = figures.open_issues;
  return (
    <Card title={words.issues} lead={issues.length === 0 ? words.noIssues : undefined}>
      {issues.length > 0 && (
        <table className="settings-table">
          <thead>
            <tr>
              <th scope="col">{words.issue}</th>
              <th scope="col">{words.severity}</th>
              <th scope="col">{words.count}</th>
            </tr>
          </thead>
          <tbody>
            {issues.map((each) => (
              <tr key={`${each.code} ${each.severity}`}>
                <th scope="row">
                  <code>{each.code}</code>
                </th>
                <td>{words.severities[each.severity]}</td>
                <td>{formatNumber(each.count)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Card>
  );
}

function PerUser({ figures }: { figures: Figures }) {
  if (figures.users.length === 0) return null;
  return (
    <Card title={words.users} lead={figures.users_left_out ? `${words.usersLead} ${words.usersLeftOut}` : words.usersLead}>
      <div className="settings-scroll" role="region" aria-label={words.table(words.users)} tabIndex={0}>
        <table className="settings-table">
          <thead>
            <tr>
              <th scope="col">{words.user}</th>
              {KINDS.flatMap((kind) => [
                <th key={`${kind} crm`} scope="col">
                  {words.toCrm(words.kinds[kind])}
                </th>,
                <th key={`${kind} mailbox`} scope="col">
                  {words.toMailbox(words.kinds[kind])}
                </th>,
              ])}
            </tr>
          </thead>
          <tbody>
            {figures.users.map((each) => (
              <tr key={each.mailbox_id}>
                <th scope="row">
                  <Link to="/start/mail-sync/$id" params={{ id: each.mailbox_id }}>
                    {each.user.name}
                  </Link>
                </th>
                {each.kinds.flatMap((kind) => [<td key={`${kind.kind} crm`}>{formatNumber(kind.to_crm)}</td>, <td key={`${kind.kind} mailbox`}>{formatNumber(kind.to_mailbox)}</td>])}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}
