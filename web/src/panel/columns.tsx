// The columns of the list of users: what each shows, and which are shown.
import { Badge, Button, Menu, MenuItemCheckbox, MenuList, MenuPopover, MenuTrigger, Popover, PopoverSurface, PopoverTrigger, ProgressBar, type BadgeProps } from "@fluentui/react-components";
import { Link } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";
import type { PanelStatus, PanelUser } from "../api/panel";
import { asSentence, formatAgo, formatNumber } from "../format";
import { IconColumns } from "../icons";
import { Face } from "../ui/face";
import { panel } from "./texts";

const words = panel.users;

export type ColumnId = keyof typeof words.columnNames;
export interface Column {
  id: ColumnId;
  width: number; // px at least
  sort?: string;
  cell: (row: PanelUser) => ReactNode;
}

const TONES: Record<PanelStatus, BadgeProps["color"]> = {
  first_sync: "brand",
  syncing: "brand",
  idle: "success",
  waiting: "warning",
  paused: "subtle",
  needs_sign_in: "danger",
  stopped: "danger",
  disabled: "warning",
  waiting_for_start: "warning",
  no_mailbox: "warning",
};

// The status; what is wrong and what to do about it in words, a click away.
function Status({ row }: { row: PanelUser }) {
  const label = panel.statuses[row.status];
  const hint = row.way_out ?? panel.statusHints[row.status];
  return (
    <Popover withArrow trapFocus positioning="below-start">
      <PopoverTrigger disableButtonEnhancement>
        <button type="button" className="panel-status" aria-label={words.detail(label, row.user.name)}>
          <Badge appearance="tint" color={TONES[row.status]}>
            {label}
          </Badge>
          {row.status_detail && <span className="panel-detail">{row.status_detail}</span>}
        </button>
      </PopoverTrigger>
      <PopoverSurface className="panel-popover" aria-label={words.detail(label, row.user.name)}>
        {row.status_detail && <p>{asSentence(row.status_detail)}</p>}
        <p>
          {row.status_detail && <strong>{panel.wayOut}: </strong>}
          {asSentence(hint)}
        </p>
        {row.mailbox && (
          <Link to="/start/mail-sync/$id" params={{ id: row.mailbox.id }}>
            {words.openMailbox}
          </Link>
        )}
      </PopoverSurface>
    </Popover>
  );
}

function Initialization({ row }: { row: PanelUser }) {
  const state = row.initialization;
  if (!state) return <>{words.initialization.none}</>;
  if (state.state !== "running") return <>{words.initialization[state.state]}</>;
  return (
    <span className="panel-init">
      <ProgressBar value={state.listed / Math.max(1, state.collections)} aria-label={words.progressLabel(row.user.name)} />
      <small>{words.initialization.running(state.listed, state.collections)}</small>
    </span>
  );
}

const moment = (at: string | null) => (at ? formatAgo(at) : words.never);
const synced = (id: "email" | "contact" | "task" | "meeting"): Column => ({ id, width: 120, cell: (row) => moment(row.last_synced[id]) });

export const COLUMNS: Column[] = [
  {
    id: "user",
    width: 240,
    sort: "name",
    cell: (row) => (
      <>
        <Face name={row.user.name} size={28} />
        <span className="panel-who">
          {row.mailbox ? (
            <Link className="row-link" to="/start/mail-sync/$id" params={{ id: row.mailbox.id }}>
              {row.user.name}
            </Link>
          ) : (
            <strong>{row.user.name}</strong>
          )}
          <small>{row.mailbox && row.mailbox.address !== row.user.login ? row.mailbox.address : row.user.login}</small>
          {row.user.disabled && <small>{words.cannotSignIn}</small>}
        </span>
      </>
    ),
  },
  { id: "status", width: 240, sort: "status", cell: (row) => <Status row={row} /> },
  { id: "initialization", width: 140, cell: (row) => <Initialization row={row} /> },
  { id: "issues", width: 80, sort: "issues", cell: (row) => (row.open_issues > 0 ? <Link to="/start/issues" aria-label={words.issues(row.open_issues)}>{formatNumber(row.open_issues)}</Link> : "0") },
  { id: "last_pass", width: 120, sort: "last_pass", cell: (row) => moment(row.last_pass_at) },
  synced("email"),
  synced("contact"),
  synced("task"),
  synced("meeting"),
  { id: "profile", width: 130, sort: "profile", cell: (row) => row.profile?.name ?? "" },
  { id: "access_method", width: 260, cell: (row) => (row.access_method ? (panel.methods[row.access_method] ?? row.access_method) : "") },
  { id: "database", width: 140, cell: (row) => row.database ?? words.noDatabase },
  { id: "organization", width: 150, sort: "organization", cell: (row) => row.user.organization.name },
];

const KEPT = "mail-sync-panel-columns";
const SHOWN_FIRST: ColumnId[] = ["user", "status", "initialization", "issues", "last_pass", "email", "contact", "task", "meeting", "profile", "access_method", "database"];

// Kept in this browser.
export function useColumns(): [Column[], (ids: string[]) => void] {
  const [ids, setIds] = useState<string[]>(() => {
    try {
      const kept: unknown = JSON.parse(localStorage.getItem(KEPT) ?? "null");
      return Array.isArray(kept) ? kept.filter((id): id is string => typeof id === "string") : SHOWN_FIRST;
    } catch {
      return SHOWN_FIRST;
    }
  });
  const choose = (wanted: string[]) => {
    setIds(wanted);
    localStorage.setItem(KEPT, JSON.stringify(wanted));
  };
  return [COLUMNS.filter((column) => column.id === "user" || ids.includes(column.id)), choose];
}

export function ColumnMenu({ shown, onChoose }: { shown: Column[]; onChoose: (ids: string[]) => void }) {
  return (
    <Menu checkedValues={{ columns: shown.map((column) => column.id) }} onCheckedValueChange={(_, data) => onChoose(data.checkedItems)} persistOnItemClick>
      <MenuTrigger disableButtonEnhancement>
        <Button icon={<IconColumns />}>{words.columns}</Button>
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          {COLUMNS.filter((column) => column.id !== "user").map((column) => (
            <MenuItemCheckbox key={column.id} name="columns" value={column.id}>
              {words.columnNames[column.id]}
            </MenuItemCheckbox>
          ))}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
