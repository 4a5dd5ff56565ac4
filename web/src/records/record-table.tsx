// The list of a resource: a table whose rows exist only while they are in view.
import { Checkbox } from "@fluentui/react-components";
import { Link } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, type KeyboardEvent } from "react";
import type { AnyRecord } from "../api/records";
import { IconSortDown, IconSortUp } from "../icons";
import { texts } from "../texts";
import { Face } from "../ui/face";
import type { ColumnDef, ResourceDef } from "./definitions";
import { Cell, mailName, NameCell } from "./values";
import type { Schemas } from "../api/client";

const ROW_PX = 44;
const AHEAD_ROWS = 30; // the next page is asked for this many rows before the end

export interface RecordTableProps {
  def: ResourceDef;
  columns: ColumnDef[];
  rows: AnyRecord[];
  total: number;
  sort: string;
  hasMore: boolean;
  onSort: (sort: string) => void;
  onMore: () => void;
  onOpen: (record: AnyRecord) => void;
  onToggleTask?: (record: AnyRecord) => void;
}

function template(columns: ColumnDef[]): string {
  return columns.map((column, index) => (index === 0 || column.field === "subject" ? `minmax(${Math.min(column.width, 260)}px, ${column.width}fr)` : `minmax(80px, ${column.width}fr)`)).join(" ");
}

function Header({ columns, sort, onSort }: Pick<RecordTableProps, "columns" | "sort" | "onSort">) {
  const down = sort.startsWith("-");
  const sorted = sort.replace(/^-/, "");
  return (
    <div role="rowgroup" className="table-head">
      <div role="row" aria-rowindex={1} className="table-row">
        {columns.map((column) => {
          const label = texts.fields[column.field];
          const active = column.sort !== undefined && column.sort === sorted;
          return (
            <div
              key={column.field}
              role="columnheader"
              className={column.align ? "cell cell-end" : "cell"}
              aria-sort={active ? (down ? "descending" : "ascending") : undefined}
            >
              {column.sort ? (
                <button
                  type="button"
                  className={active ? "sort sort-active" : "sort"}
                  title={texts.list.sortBy(label)}
                  onClick={() => onSort(active && !down ? `-${column.sort}` : column.sort!)}
                >
                  {label}
                  {active && (down ? <IconSortDown aria-hidden /> : <IconSortUp aria-hidden />)}
                </button>
              ) : (
                <span className="sort-none">{label}</span>
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}

export function RecordTable(props: RecordTableProps) {
  const { def, columns, rows, hasMore, onMore } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
    scrollMargin: 40,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && last >= rows.length - AHEAD_ROWS) onMore();
  }, [hasMore, last, rows.length, onMore]);

  const focusRow = (index: number) => {
    if (index < 0 || index >= rows.length) return;
    virtual.scrollToIndex(index);
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-index="${index}"] a.row-link`)?.focus());
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const row = (event.target as HTMLElement).closest<HTMLElement>("[data-index]");
    if (!row) return;
    const index = Number(row.dataset.index);
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 400) / ROW_PX) - 2);
    const moves: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -index, End: rows.length - 1 - index };
    const move = moves[event.key];
    if (move === undefined) return;
    event.preventDefault();
    focusRow(Math.max(0, Math.min(rows.length - 1, index + move)));
  };

  return (
    <div className="table-scroll" ref={scroller} style={{ ["--columns" as string]: template(columns) }}>
      <div role="table" className="table" aria-label={texts.resources[def.resource].plural} aria-rowcount={props.total + 1} aria-colcount={columns.length} onKeyDown={onKeyDown}>
        <Header columns={columns} sort={props.sort} onSort={props.onSort} />
        <div role="rowgroup" className="table-body" style={{ height: virtual.getTotalSize() }}>
          {items.map((item) => (
            <Row key={rows[item.index].id} {...props} record={rows[item.index]} index={item.index} top={item.start - 40} />
          ))}
        </div>
      </div>
    </div>
  );
}

function Row(props: RecordTableProps & { record: AnyRecord; index: number; top: number }) {
  const { def, record, columns, index } = props;
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      data-index={index}
      className="table-row table-item"
      style={{ transform: `translateY(${props.top}px)` }}
      onClick={(event) => {
        if (!(event.target as HTMLElement).closest("a, button, input, label") && !getSelection()?.toString()) props.onOpen(record);
      }}
    >
      {columns.map((column, place) => (
        <div key={column.field} role="cell" className={column.align ? "cell cell-end" : "cell"}>
          {place === 0 ? <Lead {...props} def={def} field={column.field} /> : column.field === "subject" || column.field === "name" ? <NameCell record={record} field={column.field} /> : <Cell field={column.field} record={record} />}
        </div>
      ))}
    </div>
  );
}

// The first cell: picture and link; a task's is its tick box.
function Lead({ def, record, field, index, onToggleTask }: RecordTableProps & { record: AnyRecord; field: string; index: number }) {
  const from = field === "from" ? mailName(record.from as Schemas["MailAddress"]) : undefined;
  return (
    <>
      {def.type === "task" && onToggleTask ? (
        <Checkbox shape="circular" checked={record.status === "completed"} aria-label={`${texts.choices.completed}: ${record.name}`} onChange={() => onToggleTask(record)} />
      ) : (
        <Face name={from ?? record.name} type={def.type === "email" ? "person" : def.type} size={24} />
      )}
      <Link className="row-link" to="/$resource/$id" params={{ resource: def.resource, id: record.id }} tabIndex={index === 0 ? 0 : -1}>
        {from !== undefined ? from || texts.words.unnamed : <NameCell record={record} field={field} />}
      </Link>
    </>
  );
}
