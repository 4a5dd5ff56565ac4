// Issues: what happened, to what, what to do.
import { Link } from "@tanstack/react-router";
import type { Issue } from "../api/sync";
import { resourceOf } from "../api/records";
import { formatAgo, formatFull } from "../format";
import { IconDone, IconError, IconInfo, IconWarning } from "../icons";
import { texts } from "../texts";
import { trustTexts } from "../texts-trust";
import { ReviewButton } from "./review";

const ICONS = { information: IconInfo, warning: IconWarning, error: IconError };

export function IssueList({ issues, level: Heading = "h2" }: { issues: Issue[]; level?: "h2" | "h3" | "h4" }) {
  return (
    <ul className="issues">
      {issues.map((issue) => {
        const Icon = issue.state === "solved" ? IconDone : ICONS[issue.severity];
        return (
          <li key={issue.id} className={`issue issue-${issue.state === "solved" ? "solved" : issue.severity}`}>
            <Icon className="issue-icon" aria-hidden />
            <div>
              <Heading>{issue.title}</Heading>
              {issue.cause && <p className="issue-cause">{issue.cause}</p>}
              {issue.effect && <p>{issue.effect}</p>}
              <p>
                <strong>{trustTexts.issues.remedy}</strong> {issue.detail}
              </p>
              {issue.state === "open" && issue.code === "review" && <ReviewButton issueId={issue.id} />}
              {issue.state === "open" && issue.code === "held" && issue.mailbox && (
                <Link className="as-link" to="/start/mail-sync/$id" params={{ id: issue.mailbox.id }}>
                  {trustTexts.review.held}
                </Link>
              )}
              <p className="issue-meta">
                {issue.mailbox && (
                  <Link to="/start/mail-sync/$id" params={{ id: issue.mailbox.id }}>
                    {issue.mailbox.address}
                  </Link>
                )}
                {issue.kind && <span>{texts.sync.kinds[issue.kind]}</span>}
                {issue.record && (
                  <Link to="/$resource/$id" params={{ resource: resourceOf(issue.record.type), id: issue.record.id }}>
                    {issue.record.name || texts.sync.showRecord}
                  </Link>
                )}
                <time dateTime={issue.opened_at} title={formatFull(issue.opened_at)}>
                  {issue.solved_at ? texts.sync.solvedAt(formatAgo(issue.solved_at)) : texts.sync.openedAt(formatAgo(issue.opened_at))}
                </time>
              </p>
            </div>
          </li>
        );
      })}
    </ul>
  );
}
