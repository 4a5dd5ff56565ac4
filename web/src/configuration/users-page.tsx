// Account Settings > Users: who can sign in; invitation, change, disabling, password reset.
import { Badge, Button, Menu, MenuItem, MenuList, MenuPopover, MenuTrigger, SearchBox, Select } from "@fluentui/react-components";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { accountUsersQuery, changeUser, resetPassword, takeSecondFactorAway, type AccountUser, type Role, type UserLink, type UsersQuery } from "../api/account";
import { useUser } from "../api/session";
import { formatAgo } from "../format";
import { IconAdd, IconMore, IconPerson } from "../icons";
import { texts } from "../texts";
import { Confirm } from "../ui/confirm";
import { useDebounced } from "../ui/debounced";
import { Face } from "../ui/face";
import { useNotices } from "../ui/notice";
import { EmptyState, ErrorState, LoadingRows } from "../ui/states";
import { useTitle } from "../ui/title";
import { LinkDialog } from "./link-dialog";
import { setup } from "./texts";
import { UserDialog } from "./user-dialog";

const words = setup.users;
const ROLES: Role[] = ["user", "organization_administrator", "system_administrator"];
const STATES = ["active", "invited", "disabled"] as const;

type Asking = { what: "disable" | "reset" | "take"; user: AccountUser };

export function UsersPage() {
  useTitle(`${setup.tabs.users} · ${setup.accountSettings}`);
  const [typed, setTyped] = useState("");
  const [filter, setFilter] = useState<Pick<UsersQuery, "role" | "state">>({});
  const q = useDebounced(typed.trim(), 200);
  const users = useInfiniteQuery(accountUsersQuery({ q: q || undefined, ...filter }));
  const [dialog, setDialog] = useState<AccountUser | "new" | null>(null);
  const [link, setLink] = useState<UserLink | null>(null);
  const items = users.data?.pages.flatMap((page) => page.items) ?? [];
  const total = users.data?.pages[0]?.total ?? 0;
  return (
    <>
      <div className="settings-bar">
        <SearchBox className="settings-search" aria-label={words.search} placeholder={words.search} value={typed} onChange={(_, data) => setTyped(data.value)} />
        <Select aria-label={words.role} value={filter.role ?? ""} onChange={(_, data) => setFilter({ ...filter, role: (data.value || undefined) as Role | undefined })}>
          <option value="">{words.anyRole}</option>
          {ROLES.map((role) => (
            <option key={role} value={role}>
              {setup.roles[role]}
            </option>
          ))}
        </Select>
        <Select aria-label={words.state} value={filter.state ?? ""} onChange={(_, data) => setFilter({ ...filter, state: (data.value || undefined) as UsersQuery["state"] })}>
          <option value="">{words.anyState}</option>
          {STATES.map((state) => (
            <option key={state} value={state}>
              {setup.states[state]}
            </option>
          ))}
        </Select>
        <span className="settings-count">{users.data ? words.count(total) : ""}</span>
        <span className="spacer" />
        <Button appearance="primary" icon={<IconAdd />} onClick={() => setDialog("new")}>
          {words.invite}
        </Button>
      </div>
      <div className="card settings-card">
        {users.isPending ? (
          <LoadingRows rows={6} />
        ) : users.isError && items.length === 0 ? (
          <ErrorState title={texts.errors.listTitle} error={users.error} onRetry={() => void users.refetch()} />
        ) : items.length === 0 ? (
          <EmptyState Icon={IconPerson} title={words.emptyTitle} detail={words.emptyDetail} />
        ) : (
          <UsersTable users={items} onEdit={setDialog} onLink={setLink} />
        )}
        {users.hasNextPage && (
          <Button appearance="subtle" disabledFocusable={users.isFetchingNextPage} onClick={() => void users.fetchNextPage()}>
            {words.more}
          </Button>
        )}
      </div>
      {dialog && <UserDialog user={dialog === "new" ? undefined : dialog} onClose={() => setDialog(null)} onLink={setLink} />}
      {link && <LinkDialog link={link} onClose={() => setLink(null)} />}
    </>
  );
}

function UsersTable(props: { users: AccountUser[]; onEdit: (user: AccountUser) => void; onLink: (link: UserLink) => void }) {
  const queries = useQueryClient();
  const notices = useNotices();
  const [asking, setAsking] = useState<Asking | null>(null);
  const act = useMutation({
    mutationFn: async ({ what, user }: { what: Asking["what"] | "enable"; user: AccountUser }) => {
      if (what === "reset") return props.onLink(await resetPassword(user.id));
      if (what === "take") await takeSecondFactorAway(user.id);
      else await changeUser(user.id, { disabled: what === "disable" });
      notices.done({ take: words.taken, disable: words.disabled, enable: words.enabled }[what](user.name));
    },
    onError: (error) => notices.failed(error),
    onSettled: () => (setAsking(null), void queries.invalidateQueries({ queryKey: ["account-users"] })),
  });
  const ask = {
    disable: { title: words.disableTitle, detail: words.disableDetail, confirm: words.disable },
    reset: { title: words.resetTitle, detail: words.resetDetail, confirm: words.resetPassword },
    take: { title: words.takeTitle, detail: words.takeDetail, confirm: words.takeSecondFactor },
  };
  return (
    <div className="settings-scroll" role="region" aria-label={setup.tabs.users} tabIndex={0}>
      <table className="settings-table">
        <thead>
          <tr>
            <th scope="col">{words.name}</th>
            <th scope="col">{words.role}</th>
            <th scope="col">{words.organization}</th>
            <th scope="col">{words.state}</th>
            <th scope="col">{words.signedIn}</th>
            <th scope="col">
              <span className="sr-only">{texts.words.more}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {props.users.map((user) => (
            <tr key={user.id} className={user.state === "disabled" ? "is-disabled" : undefined}>
              <th scope="row">
                <span className="settings-who">
                  <Face name={user.name} size={28} />
                  <span>
                    {user.name}
                    <small>{user.login}</small>
                  </span>
                </span>
              </th>
              <td>{setup.roles[user.role]}</td>
              <td>{user.organization.name}</td>
              <td>
                <StateBadge user={user} />
              </td>
              <td>{user.signed_in_at ? formatAgo(user.signed_in_at) : words.never}</td>
              <td className="settings-end">
                <UserMenu
                  user={user}
                  onEdit={() => props.onEdit(user)}
                  onAsk={(what) => setAsking({ what, user })}
                  onDo={(what) => act.mutate({ what, user })}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {asking && (
        <Confirm
          open
          title={ask[asking.what].title(asking.user.name)}
          detail={ask[asking.what].detail}
          confirm={ask[asking.what].confirm}
          busy={act.isPending}
          onConfirm={() => act.mutate(asking)}
          onCancel={() => setAsking(null)}
        />
      )}
    </div>
  );
}

function StateBadge({ user }: { user: AccountUser }) {
  const color = user.state === "active" ? "success" : user.state === "invited" ? "warning" : "subtle";
  return (
    <span className="settings-badges">
      <Badge appearance="tint" color={color}>
        {setup.states[user.state]}
      </Badge>
      {user.second_factor && (
        <Badge appearance="outline" color="informative">
          {words.secondFactorOn}
        </Badge>
      )}
    </span>
  );
}

function UserMenu(props: { user: AccountUser; onEdit: () => void; onAsk: (what: Asking["what"]) => void; onDo: (what: "enable" | "reset") => void }) {
  const me = useUser();
  const { user } = props;
  // An organization administrator changes no administrators; nobody disables himself.
  if (me.role !== "system_administrator" && user.role !== "user") return null;
  const self = me.id === user.id;
  return (
    <Menu positioning="below-end">
      <MenuTrigger disableButtonEnhancement>
        <Button appearance="subtle" icon={<IconMore />} aria-label={words.actions(user.name)} />
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          <MenuItem onClick={props.onEdit}>{words.change}</MenuItem>
          {!self && user.state === "active" && <MenuItem onClick={() => props.onAsk("reset")}>{words.resetPassword}</MenuItem>}
          {!self && user.state === "invited" && <MenuItem onClick={() => props.onDo("reset")}>{words.newLink}</MenuItem>}
          {!self && user.second_factor && <MenuItem onClick={() => props.onAsk("take")}>{words.takeSecondFactor}</MenuItem>}
          {!self && user.state !== "disabled" && <MenuItem onClick={() => props.onAsk("disable")}>{words.disable}</MenuItem>}
          {user.state === "disabled" && <MenuItem onClick={() => props.onDo("enable")}>{words.enable}</MenuItem>}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
