// Start > Issues.
import { Button, Tab, TabList } from "@fluentui/react-components";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { issuesQuery, type IssueState } from "../api/sync";
import { IconDone } from "../icons";
import { IssueList } from "../sync/issue-list";
import { texts } from "../texts";
import { trustTexts } from "../texts-trust";
import { EmptyState, ErrorState, LoadingRows } from "../ui/states";
import { useTitle } from "../ui/title";

export function IssuesPage() {
  useTitle(texts.sync.issues);
  const [state, setState] = useState<IssueState>("open");
  const issues = useInfiniteQuery(issuesQuery({ state }));
  const items = issues.data?.pages.flatMap((page) => page.items) ?? [];
  const users = issues.data?.pages[0]?.users ?? [];
  return (
    <div className="page sync-page">
      <header className="list-head">
        <div>
          <h1>{texts.sync.issues}</h1>
          <p className="lead">{texts.sync.issuesLead}</p>
        </div>
        <span className="spacer" />
        <TabList selectedValue={state} onTabSelect={(_, data) => setState(data.value as IssueState)} aria-label={texts.sync.state}>
          <Tab value="open">{texts.sync.issueOpen}</Tab>
          <Tab value="solved">{texts.sync.issueSolved}</Tab>
          <Tab value="all">{texts.sync.issueAll}</Tab>
        </TabList>
      </header>
      {users.length > 1 && (
        <p className="issue-users">
          {users.map(({ user, open }) => (
            <span key={user?.id ?? "nobody"}>{trustTexts.issues.of(user?.name ?? trustTexts.issues.nobody, open)}</span>
          ))}
        </p>
      )}
      <div className="card issues-card">
        {issues.isPending ? (
          <LoadingRows rows={6} />
        ) : issues.isError && items.length === 0 ? (
          <ErrorState title={texts.errors.listTitle} error={issues.error} onRetry={() => void issues.refetch()} />
        ) : items.length === 0 ? (
          <EmptyState Icon={IconDone} title={texts.sync.issuesEmptyTitle} detail={texts.sync.issuesEmptyDetail} />
        ) : (
          <IssueList issues={items} />
        )}
        {issues.hasNextPage && (
          <Button appearance="subtle" disabled={issues.isFetchingNextPage} onClick={() => void issues.fetchNextPage()}>
            {texts.timeline.more}
          </Button>
        )}
      </div>
    </div>
  );
}
