// The users of one organization in detail, for reference: they are changed on the tab Users.
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { panelUsersQuery } from "../api/panel";
import { IconPerson } from "../icons";
import { texts } from "../texts";
import { EmptyState, ErrorState, LoadingRows } from "../ui/states";
import { COLUMNS } from "./columns";
import type { SectionProps } from "./organization";
import { panel } from "./texts";
import { UsersTable } from "./users-table";

const SHOWN = COLUMNS.filter((column) => column.id !== "organization");

export function ReferenceUsers({ organization }: SectionProps) {
  const [sort, setSort] = useState("name");
  const users = useInfiniteQuery(panelUsersQuery({ organization_id: organization.id }, sort));
  const rows = users.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <p className="settings-note">
        {panel.configuration.usersNote} <Link to="/start/configuration/mail-sync/users">{panel.tabs.users}</Link>
      </p>
      <div className="list-card panel-list">
        {users.isPending ? (
          <LoadingRows rows={6} />
        ) : users.isError && rows.length === 0 ? (
          <ErrorState title={texts.errors.listTitle} error={users.error} onRetry={() => void users.refetch()} />
        ) : rows.length === 0 ? (
          <EmptyState Icon={IconPerson} title={panel.users.emptyTitle} detail={panel.users.emptyDetail} />
        ) : (
          <UsersTable
            columns={SHOWN}
            rows={rows}
            total={users.data?.pages[0]?.total ?? 0}
            sort={sort}
            hasMore={users.hasNextPage && !users.isFetchingNextPage}
            chosen={{ all: false, ids: new Set() }}
            readOnly
            onSort={setSort}
            onMore={() => void users.fetchNextPage()}
            onChoose={() => undefined}
            onAct={() => undefined}
          />
        )}
      </div>
    </>
  );
}
