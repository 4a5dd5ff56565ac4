// Filters of a list: as people set them, as the address and the server carry them ("field:operator:value").
import type { Schemas } from "../api/client";
import { formatDate } from "../format";
import { texts } from "../texts";
import type { FilterDef, ResourceDef } from "./definitions";
import { choiceText } from "./values";

export type Filter = Schemas["Filter"];
export type Operator = Filter["operator"];

export const OPERATORS: Record<FilterDef["kind"], Operator[]> = {
  text: ["contains", "starts", "eq", "ne", "empty", "set"],
  choice: ["eq", "ne"],
  date: ["gte", "lte", "eq", "empty", "set"],
  number: ["gte", "lte", "eq"],
  user: ["eq", "ne", "empty"],
  flag: ["eq"],
};

export function needsValue(operator: Operator): boolean {
  return operator !== "empty" && operator !== "set";
}

export function filterText(filter: Filter): string {
  return `${filter.field}:${filter.operator}:${filter.value ?? ""}`;
}

// Undefined where it says nothing that we know; the address bar is anybody's.
export function parseFilter(def: ResourceDef, text: string): Filter | undefined {
  const match = /^([a-z_]+):([a-z]+):(.*)$/s.exec(text);
  if (!match) return undefined;
  const known = def.filters.find((entry) => entry.field === match[1]);
  const operator = match[2] as Operator;
  if (!known || !(operator in texts.operators)) return undefined;
  return { field: match[1], operator, value: needsValue(operator) ? match[3] : null };
}

export function fieldLabel(field: string): string {
  return texts.fields[field] ?? texts.fields[field.replace(/_id$/, "")] ?? field;
}

export function operatorLabel(kind: FilterDef["kind"], operator: Operator): string {
  const numbers: Record<string, string> = texts.numberOperators;
  return (kind === "number" && numbers[operator]) || texts.operators[operator];
}

export function filterLabel(def: ResourceDef, filter: Filter, userName: (id: string) => string): string {
  const kind = def.filters.find((entry) => entry.field === filter.field)?.kind ?? "text";
  const value = filter.value ?? "";
  const shown = kind === "user" ? userName(value) : kind === "choice" || kind === "flag" ? choiceText(value) : kind === "date" && /^\d{4}-\d\d-\d\d$/.test(value) ? formatDate(value) : value;
  return [fieldLabel(filter.field), operatorLabel(kind, filter.operator), needsValue(filter.operator) ? shown : ""].filter(Boolean).join(" ");
}
