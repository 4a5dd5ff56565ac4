// The Users tab: everybody with a Mail Sync licence; find, choose, act.
import { Button, Checkbox, Menu, MenuItem, MenuList, MenuPopover, MenuTrigger, SearchBox, Select } from "@fluentui/react-components";
import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { organizationsQuery } from "../api/account";
import { panelExportAddress, panelUsersQuery, profilesQuery, type PanelFilter, type PanelStatus, type PanelUser, type UserAction, type UserOperation, type UserOrder } from "../api/panel";
import { startDryRun } from "../api/trust";
import { IconAdd, IconChevronDown, IconDownload, IconPerson } from "../icons";
import { texts } from "../texts";
import { Confirm } from "../ui/confirm";
import { useDebounced } from "../ui/debounced";
import { useNotices } from "../ui/notice";
import { EmptyState, ErrorState, LoadingRows } from "../ui/states";
import { AddUsers } from "./add-users";
import { ColumnMenu, useColumns } from "./columns";
import { OperationBar, useOperation } from "./operation";
import { ProfileDialog } from "./profile-dialog";
import { panel } from "./texts";
import { UsersTable, type Chosen } from "./users-table";

const words = panel.users;
const NOBODY: Chosen = { all: false, ids: new Set() };
const STATUSES = Object.keys(panel.statuses) as PanelStatus[];
const BULK: UserAction[] = ["dry_run", "change_profile", "reinitialize", "reset", "remove"];
// One user is done at once; these ask first.
const ASKED_FOR_ONE = new Set<UserAction>(["remove", "reset", "reinitialize"]);

interface Asking {
  action: UserAction;
  order: UserOrder;
  users: number;
}

export function UsersTab() {
  const [typed, setTyped] = useState("");
  const [filter, setFilter] = useState<PanelFilter>({});
  const [sort, setSort] = useState("name");
  const [columns, setColumns] = useColumns();
  const [chosen, setChosen] = useState<Chosen>(NOBODY);
  const [adding, setAdding] = useState(false);
  const q = useDebounced(typed.trim(), 200);
  const whole: PanelFilter = q ? { ...filter, q } : filter;
  const users = useInfiniteQuery(panelUsersQuery(whole, sort));
  const rows = users.data?.pages.flatMap((page) => page.items) ?? [];
  const total = users.data?.pages[0]?.total ?? 0;
  const summary = users.data?.pages[0]?.summary;
  const acting = useActing(() => setChosen(NOBODY));
  const narrow = (more: PanelFilter) => (setFilter({ ...filter, ...more }), setChosen(NOBODY));
  const order = (action: UserAction): UserOrder => (chosen.all ? { action, matching: whole } : { action, user_ids: [...chosen.ids] });
  const count = chosen.all ? total : chosen.ids.size;
  const narrowed = q !== "" || Object.values(filter).some((value) => value !== undefined);
  return (
    <>
      <div className="settings-bar">
        <Button appearance="primary" icon={<IconAdd />} onClick={() => setAdding(true)}>
          {words.add}
        </Button>
        <SearchBox className="settings-search" aria-label={words.search} placeholder={words.search} value={typed} onChange={(_, data) => (setTyped(data.value), setChosen(NOBODY))} />
        <Filters filter={filter} onChange={narrow} />
        <span className="spacer" />
        <ColumnMenu shown={columns} onChoose={setColumns} />
        <Button as="a" href={panelExportAddress(whole, sort)} download icon={<IconDownload />}>
          {words.export}
        </Button>
      </div>
      <OperationBar operating={acting.operating} />
      <div className="settings-bar panel-chosen">
        <span className="settings-count" role="status">
          {count > 0 ? (chosen.all ? words.chosenAll(total) : words.chosen(count)) : summary ? words.summary(summary.users, summary.enabled, summary.attention) + (narrowed ? ` · ${words.matching(total)}` : "") : ""}
        </span>
        {count > 0 && <BulkActions busy={acting.operating.busy} onAct={(action) => acting.ask({ action, order: order(action), users: count })} onClear={() => setChosen(NOBODY)} />}
      </div>
      <div className="list-card panel-list">
        {users.isPending ? (
          <LoadingRows rows={8} />
        ) : users.isError && rows.length === 0 ? (
          <ErrorState title={texts.errors.listTitle} error={users.error} onRetry={() => void users.refetch()} />
        ) : rows.length === 0 ? (
          <EmptyState Icon={IconPerson} title={narrowed ? words.nothingTitle : words.emptyTitle} detail={narrowed ? words.nothingDetail : words.emptyDetail} />
        ) : (
          <UsersTable
            columns={columns}
            rows={rows}
            total={total}
            sort={sort}
            hasMore={users.hasNextPage && !users.isFetchingNextPage}
            chosen={chosen}
            onSort={setSort}
            onMore={() => void users.fetchNextPage()}
            onChoose={setChosen}
            onAct={(action, row) => acting.ask({ action, order: { action, user_ids: [row.user.id] }, users: 1 }, row)}
          />
        )}
      </div>
      {adding && <AddUsers onBegun={(operation) => (acting.show(operation), setAdding(false))} onClose={() => setAdding(false)} />}
      {acting.dialogs}
    </>
  );
}

// Asks where something should be asked, then begins.
function useActing(onBegun: () => void) {
  const operating = useOperation();
  const [begun, setBegun] = useState<UserOperation | null>(null);
  const [asking, setAsking] = useState<Asking | null>(null);
  const [dry, dryRun] = useDryRun();
  const begin = (order: UserOrder) => (setBegun(null), operating.start(order, () => (setAsking(null), onBegun())));
  const ask = (wanted: Asking, row?: PanelUser) => {
    if (wanted.action === "dry_run" && row?.mailbox) return dryRun(row.mailbox.id);
    const at_once = wanted.action !== "change_profile" && row !== undefined && !ASKED_FOR_ONE.has(wanted.action);
    if (at_once) begin(wanted.order);
    else setAsking(wanted);
  };
  const close = () => setAsking(null);
  const dialogs = asking && (
    asking.action === "change_profile" ? (
      <ProfileDialog users={asking.users} busy={operating.busy} onApply={(profile_id) => begin({ ...asking.order, profile_id })} onClose={close} />
    ) : (
      <Confirm open title={panel.asks[asking.action].title(asking.users)} detail={panel.asks[asking.action].detail} confirm={panel.actions[asking.action]} busy={operating.busy} onConfirm={() => begin(asking.order)} onCancel={close} />
    )
  );
  const shown = begun ? { ...operating, begun, close: () => setBegun(null) } : operating;
  return { operating: { ...shown, busy: operating.busy || dry }, ask, dialogs, show: setBegun };
}

// Of one user: its page tells the progress.
function useDryRun(): [boolean, (mailbox: string) => void] {
  const navigate = useNavigate();
  const notices = useNotices();
  const start = useMutation({
    mutationFn: startDryRun,
    onSuccess: (plan) => void navigate({ to: "/start/mail-sync/$id/plans/$plan", params: { id: plan.mailbox.id, plan: plan.id } }),
    onError: (error) => notices.failed(error, panel.actions.dry_run),
  });
  return [start.isPending, start.mutate];
}

function Filters({ filter, onChange }: { filter: PanelFilter; onChange: (more: PanelFilter) => void }) {
  const organizations = useQuery(organizationsQuery);
  const profiles = useQuery(profilesQuery);
  return (
    <>
      <Select aria-label={words.status} value={filter.status ?? ""} onChange={(_, data) => onChange({ status: (data.value || undefined) as PanelStatus | undefined })}>
        <option value="">{words.anyStatus}</option>
        {STATUSES.map((status) => (
          <option key={status} value={status}>
            {panel.statuses[status]}
          </option>
        ))}
      </Select>
      <Select aria-label={words.state} value={filter.enabled === undefined ? "" : String(filter.enabled)} onChange={(_, data) => onChange({ enabled: data.value === "" ? undefined : data.value === "true" })}>
        <option value="">{words.anyState}</option>
        <option value="true">{words.enabled}</option>
        <option value="false">{words.disabled}</option>
      </Select>
      {(organizations.data?.items.length ?? 0) > 1 && (
        <Select aria-label={words.organization} value={filter.organization_id ?? ""} onChange={(_, data) => onChange({ organization_id: data.value || undefined })}>
          <option value="">{words.anyOrganization}</option>
          {organizations.data!.items.map((each) => (
            <option key={each.id} value={each.id}>
              {each.name}
            </option>
          ))}
        </Select>
      )}
      {(profiles.data?.items.length ?? 0) > 1 && (
        <Select aria-label={words.profile} value={filter.profile_id ?? ""} onChange={(_, data) => onChange({ profile_id: data.value || undefined })}>
          <option value="">{words.anyProfile}</option>
          {profiles.data!.items.map((each) => (
            <option key={each.id} value={each.id}>
              {each.name}
            </option>
          ))}
        </Select>
      )}
      <Checkbox label={words.attention} checked={filter.attention === true} onChange={(_, data) => onChange({ attention: data.checked === true ? true : undefined })} />
    </>
  );
}

function BulkActions({ busy, onAct, onClear }: { busy: boolean; onAct: (action: UserAction) => void; onClear: () => void }) {
  return (
    <>
      {(["enable", "disable", "force_sync"] as const).map((action) => (
        <Button key={action} size="small" disabledFocusable={busy} onClick={() => onAct(action)}>
          {panel.actions[action]}
        </Button>
      ))}
      <Menu>
        <MenuTrigger disableButtonEnhancement>
          <Button size="small" icon={<IconChevronDown />} iconPosition="after" disabledFocusable={busy}>
            {words.more}
          </Button>
        </MenuTrigger>
        <MenuPopover>
          <MenuList>
            {BULK.map((action) => (
              <MenuItem key={action} onClick={() => onAct(action)}>
                {panel.actions[action]}
              </MenuItem>
            ))}
          </MenuList>
        </MenuPopover>
      </Menu>
      <Button size="small" appearance="subtle" onClick={onClear}>
        {words.clear}
      </Button>
    </>
  );
}
