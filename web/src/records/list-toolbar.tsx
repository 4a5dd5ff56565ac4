// Search, filters and columns of a list.
import {
  Button,
  Field,
  Input,
  Menu,
  MenuDivider,
  MenuItem,
  MenuItemCheckbox,
  MenuList,
  MenuPopover,
  MenuTrigger,
  Popover,
  PopoverSurface,
  PopoverTrigger,
  SearchBox,
  Select,
} from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState, type RefObject } from "react";
import { usersQuery } from "../api/records";
import { IconColumns, IconDismiss, IconFilter } from "../icons";
import { texts } from "../texts";
import { useDebounced } from "../ui/debounced";
import type { FilterDef, ResourceDef } from "./definitions";
import { fieldLabel, filterLabel, needsValue, operatorLabel, OPERATORS, type Filter, type Operator } from "./filters";
import type { ListControls } from "./list-state";
import { choiceText } from "./values";

interface Props {
  def: ResourceDef;
  controls: ListControls;
}

export function ListSearchBox({ def, controls, inputRef }: Props & { inputRef: RefObject<HTMLInputElement | null> }) {
  const { q } = controls.state;
  const [text, setText] = useState(q);
  const settled = useDebounced(text, 250);
  const sent = useRef(q);
  useEffect(() => {
    if (settled.trim() === sent.current) return;
    sent.current = settled.trim();
    controls.setSearch(sent.current);
    // Only what was typed leads to a search; what comes from the address is taken below.
  }, [settled]);
  useEffect(() => {
    if (q === sent.current) return;
    sent.current = q;
    setText(q);
  }, [q]);
  const label = texts.list.search(texts.resources[def.resource].plural);
  return <SearchBox ref={inputRef} className="list-search" aria-label={label} placeholder={label} value={text} maxLength={200} onChange={(_, data) => setText(data.value)} />;
}

export function ColumnMenu({ def, controls }: Props) {
  const shown = controls.state.columns.map((column) => column.field);
  return (
    <Menu checkedValues={{ columns: shown }} onCheckedValueChange={(_, data) => controls.setColumns(def.columns.map((column) => column.field).filter((field) => data.checkedItems.includes(field)))}>
      <MenuTrigger disableButtonEnhancement>
        <Button appearance="subtle" icon={<IconColumns />}>
          {texts.list.columns}
        </Button>
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          {def.columns.slice(1).map((column) => (
            <MenuItemCheckbox key={column.field} name="columns" value={column.field}>
              {texts.fields[column.field]}
            </MenuItemCheckbox>
          ))}
          <MenuDivider />
          <MenuItem onClick={() => controls.setColumns(undefined)}>{texts.list.columnsReset}</MenuItem>
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}

export function FilterButton({ def, controls }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <Popover open={open} onOpenChange={(_, data) => setOpen(data.open)} positioning="below-end" trapFocus>
      <PopoverTrigger disableButtonEnhancement>
        <Button appearance="subtle" icon={<IconFilter />}>
          {texts.list.filter}
        </Button>
      </PopoverTrigger>
      <PopoverSurface aria-label={texts.list.addFilter}>
        <FilterForm
          def={def}
          onAdd={(filter) => {
            controls.setFilters([...controls.state.filters, filter]);
            setOpen(false);
          }}
        />
      </PopoverSurface>
    </Popover>
  );
}

function FilterForm({ def, onAdd }: { def: ResourceDef; onAdd: (filter: Filter) => void }) {
  const [field, setField] = useState(def.filters[0].field);
  const kind = def.filters.find((entry) => entry.field === field)!.kind;
  const [operator, setOperator] = useState<Operator>(OPERATORS[kind][0]);
  const [value, setValue] = useState(firstValue(def.filters[0]));
  const chooseField = (next: string) => {
    const found = def.filters.find((entry) => entry.field === next)!;
    setField(next);
    setOperator(OPERATORS[found.kind][0]);
    setValue(firstValue(found));
  };
  const complete = !needsValue(operator) || value.trim() !== "";
  return (
    <form
      className="filter-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (complete) onAdd({ field, operator, value: needsValue(operator) ? value.trim() : null });
      }}
    >
      <Field label={texts.list.filterField}>
        <Select value={field} onChange={(_, data) => chooseField(data.value)}>
          {def.filters.map((entry) => (
            <option key={entry.field} value={entry.field}>
              {fieldLabel(entry.field)}
            </option>
          ))}
        </Select>
      </Field>
      <Field label={texts.list.filterOperator}>
        <Select value={operator} onChange={(_, data) => setOperator(data.value as Operator)}>
          {OPERATORS[kind].map((entry) => (
            <option key={entry} value={entry}>
              {operatorLabel(kind, entry)}
            </option>
          ))}
        </Select>
      </Field>
      {needsValue(operator) && (
        <Field label={texts.list.filterValue}>
          <FilterValue filter={def.filters.find((entry) => entry.field === field)!} value={value} onChange={setValue} />
        </Field>
      )}
      <Button appearance="primary" type="submit" disabled={!complete}>
        {texts.list.filterApply}
      </Button>
    </form>
  );
}

function firstValue(filter: FilterDef): string {
  return filter.kind === "choice" ? filter.choices![0] : filter.kind === "user" ? "me" : filter.kind === "flag" ? "true" : "";
}

// Takes the label of the Field around it.
function FilterValue({ filter, value, onChange, ...field }: { filter: FilterDef; value: string; onChange: (value: string) => void; id?: string }) {
  const users = useQuery({ ...usersQuery, enabled: filter.kind === "user" }).data?.items ?? [];
  switch (filter.kind) {
    case "choice":
    case "flag":
      return (
        <Select {...field} value={value} onChange={(_, data) => onChange(data.value)}>
          {(filter.choices ?? ["true", "false"]).map((entry) => (
            <option key={entry} value={entry}>
              {choiceText(entry)}
            </option>
          ))}
        </Select>
      );
    case "user":
      return (
        <Select {...field} value={value} onChange={(_, data) => onChange(data.value)}>
          <option value="me">{texts.words.you}</option>
          {users.map((user) => (
            <option key={user.id} value={user.id}>
              {user.name}
            </option>
          ))}
        </Select>
      );
    case "date":
      return <Input {...field} type="date" value={value} onChange={(_, data) => onChange(data.value)} />;
    case "number":
      return <Input {...field} type="number" value={value} onChange={(_, data) => onChange(data.value)} />;
    case "text":
      return <Input {...field} value={value} maxLength={200} onChange={(_, data) => onChange(data.value)} />;
  }
}

export function FilterBar({ def, controls }: Props) {
  const { filters } = controls.state;
  const users = useQuery({ ...usersQuery, enabled: filters.some((filter) => filter.field.endsWith("_id")) }).data?.items ?? [];
  if (filters.length === 0) return null;
  const userName = (id: string) => (id === "me" ? texts.words.you : (users.find((user) => user.id === id)?.name ?? id));
  return (
    <div className="filter-bar">
      {filters.map((filter, index) => {
        const label = filterLabel(def, filter, userName);
        return (
          <span key={`${label}-${index}`} className="pill">
            {label}
            <button type="button" aria-label={texts.words.remove(label)} onClick={() => controls.setFilters(filters.filter((_, place) => place !== index))}>
              <IconDismiss aria-hidden />
            </button>
          </span>
        );
      })}
      <Button size="small" appearance="transparent" onClick={() => controls.setFilters([])}>
        {texts.list.clearAll}
      </Button>
    </div>
  );
}
