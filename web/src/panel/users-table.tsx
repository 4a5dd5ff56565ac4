// The list of users: a table whose rows exist only while they are in view, so that ten thousand are no burden.
import { Button, Checkbox, Menu, MenuDivider, MenuItem, MenuList, MenuPopover, MenuTrigger } from "@fluentui/react-components";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, type KeyboardEvent } from "react";
import type { PanelUser, UserAction } from "../api/panel";
import { IconDismiss, IconMore, IconSortDown, IconSortUp } from "../icons";
import type { Column } from "./columns";
import { panel } from "./texts";

const words = panel.users;
const ROW_PX = 60;
const HEAD_PX = 40;
const AHEAD_ROWS = 30; // the next page is asked for this many rows before the end
const TICK_PX = 44;
const END_PX = 96;

export interface Chosen {
  all: boolean; // all that match the filter
  ids: ReadonlySet<string>;
}

export interface UsersTableProps {
  columns: Column[];
  rows: PanelUser[];
  total: number;
  sort: string;
  hasMore: boolean;
  chosen: Chosen;
  readOnly?: boolean;
  onSort: (sort: string) => void;
  onMore: () => void;
  onChoose: (chosen: Chosen) => void;
  onAct: (action: UserAction, row: PanelUser) => void;
}

export function UsersTable(props: UsersTableProps) {
  const { columns, rows, hasMore, onMore } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => scroller.current, estimateSize: () => ROW_PX, overscan: 10, scrollMargin: HEAD_PX });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && last >= rows.length - AHEAD_ROWS) onMore();
  }, [hasMore, last, rows.length, onMore]);

  const moveFocus = (event: KeyboardEvent<HTMLElement>) => {
    const target = event.target as HTMLElement;
    const row = target.closest<HTMLElement>("[data-index]");
    // Arrows belong to the menus and popovers that are open.
    if (!row || !scroller.current?.contains(target) || target.getAttribute("aria-expanded") === "true") return;
    const index = Number(row.dataset.index);
    const page = Math.max(1, Math.floor((scroller.current.clientHeight - HEAD_PX) / ROW_PX) - 1);
    const moves: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -index, End: rows.length - 1 - index };
    const move = moves[event.key];
    if (move === undefined) return;
    event.preventDefault();
    const to = Math.max(0, Math.min(rows.length - 1, index + move));
    virtual.scrollToIndex(to);
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-index="${to}"] ${props.readOnly ? "button" : "input"}`)?.focus());
  };
  const width = columns.reduce((sum, column) => sum + column.width, props.readOnly ? 0 : TICK_PX + END_PX);
  const template = [...(props.readOnly ? [] : [`${TICK_PX}px`]), ...columns.map((column) => `minmax(${column.width}px, ${column.width}fr)`), ...(props.readOnly ? [] : [`${END_PX}px`])].join(" ");
  return (
    <div className="table-scroll panel-scroll" ref={scroller} style={{ ["--columns" as string]: template }} role="region" aria-label={words.table} tabIndex={0}>
      <div role="table" className="table" style={{ minWidth: width }} aria-label={words.table} aria-rowcount={props.total + 1} onKeyDown={moveFocus}>
        <Head {...props} />
        <div role="rowgroup" className="table-body" style={{ height: virtual.getTotalSize() }}>
          {items.map((item) => (
            <Row key={`${rows[item.index].user.id} ${rows[item.index].mailbox?.id ?? ""}`} {...props} row={rows[item.index]} index={item.index} top={item.start - HEAD_PX} />
          ))}
        </div>
      </div>
    </div>
  );
}

function Head({ columns, sort, chosen, readOnly, onSort, onChoose }: UsersTableProps) {
  const down = sort.startsWith("-");
  return (
    <div role="rowgroup" className="table-head">
      <div role="row" aria-rowindex={1} className="table-row">
        {!readOnly && (
          <div role="columnheader" className="cell">
            <Checkbox aria-label={words.chooseAll} checked={chosen.all ? true : chosen.ids.size > 0 ? "mixed" : false} onChange={() => onChoose({ all: !chosen.all, ids: new Set() })} />
          </div>
        )}
        {columns.map((column) => {
          const label = words.columnNames[column.id];
          const active = column.sort !== undefined && column.sort === sort.replace(/^-/, "");
          return (
            <div key={column.id} role="columnheader" className="cell" aria-sort={active ? (down ? "descending" : "ascending") : undefined}>
              {column.sort ? (
                <button type="button" className={active ? "sort sort-active" : "sort"} title={words.sortBy(label)} onClick={() => onSort(active && !down ? `-${column.sort}` : column.sort!)}>
                  {label}
                  {active && (down ? <IconSortDown aria-hidden /> : <IconSortUp aria-hidden />)}
                </button>
              ) : (
                <span className="sort-none">{label}</span>
              )}
            </div>
          );
        })}
        {!readOnly && (
          <div role="columnheader" className="cell">
            <span className="sr-only">{words.more}</span>
          </div>
        )}
      </div>
    </div>
  );
}

function Row(props: UsersTableProps & { row: PanelUser; index: number; top: number }) {
  const { row, columns, chosen, readOnly } = props;
  const toggle = () => {
    const ids = new Set(chosen.ids);
    if (!ids.delete(row.user.id)) ids.add(row.user.id);
    props.onChoose({ all: false, ids });
  };
  return (
    <div role="row" aria-rowindex={props.index + 2} data-index={props.index} className={row.enabled ? "table-row table-item panel-row" : "table-row table-item panel-row panel-off"} style={{ transform: `translateY(${props.top}px)` }}>
      {!readOnly && (
        <div role="cell" className="cell">
          <Checkbox aria-label={words.choose(row.user.name)} checked={chosen.all || chosen.ids.has(row.user.id)} disabled={chosen.all} onChange={toggle} />
        </div>
      )}
      {columns.map((column) => (
        <div key={column.id} role="cell" className="cell">
          {column.cell(row)}
        </div>
      ))}
      {!readOnly && (
        <div role="cell" className="cell panel-end">
          <RowMenu {...props} />
          <Button appearance="subtle" icon={<IconDismiss />} aria-label={words.remove(row.user.name)} onClick={() => props.onAct("remove", row)} />
        </div>
      )}
    </div>
  );
}

function RowMenu({ row, onAct }: UsersTableProps & { row: PanelUser }) {
  const item = (action: UserAction) => (
    <MenuItem key={action} onClick={() => onAct(action, row)}>
      {panel.actions[action]}
    </MenuItem>
  );
  return (
    <Menu positioning="below-end">
      <MenuTrigger disableButtonEnhancement>
        <Button appearance="subtle" icon={<IconMore />} aria-label={words.actions(row.user.name)} />
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          {item(row.enabled ? "disable" : "enable")}
          {row.mailbox && row.enabled && item("force_sync")}
          {row.mailbox && item("dry_run")}
          {row.mailbox && item("change_profile")}
          <MenuDivider />
          {row.mailbox && item("reinitialize")}
          {row.mailbox && item("reset")}
          {item("remove")}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
