import { expect, it } from "vitest";
import { readListSearch } from "../router";
import { RESOURCES } from "./definitions";
import { listState, type View } from "./list-state";

const def = RESOURCES.people;
const view: View = {
  id: "v1",
  resource: "people",
  name: "Buyers",
  filters: [{ field: "job_title", operator: "eq", value: "Buyer" }],
  q: null,
  sort: "-changed_at",
  columns: ["name", "emails"],
  shared: false,
  owner: { id: "u1", name: "Alice" },
  version: 1,
};

it("an empty address is the default list", () => {
  const state = listState(def, {}, [view], undefined);
  expect(state.query).toEqual({ sort: "name" });
  expect(state.columns.map((column) => column.field)).toEqual(def.defaultColumns);
  expect(state.narrowed).toBe(false);
});
it("a saved view is expanded, and knows when it was changed", () => {
  const plain = listState(def, { view: "v1" }, [view], undefined);
  expect(plain.query).toEqual({ sort: "-changed_at", filter: ["job_title:eq:Buyer"] });
  expect(plain.columns.map((column) => column.field)).toEqual(["name", "emails"]);
  expect(plain.changed).toBe(false);
  expect(listState(def, { view: "v1", filter: [] }, [view], undefined)).toMatchObject({ filters: [], changed: true });
  expect(listState(def, { view: "v1", q: "ann" }, [view], undefined).changed).toBe(true);
});
it("a built-in view is the server's", () => {
  expect(listState(def, { view: "mine" }, [view], undefined).query).toEqual({ sort: "name", view: "mine" });
});
it("what the address says and we do not know is dropped", () => {
  const search = readListSearch({ q: 12, sort: "", filter: ["job_title:eq:a:b", "nonsense", 7, "secret:eq:1", "company:drop:1"], other: "x" });
  expect(search).toEqual({ q: "12", filter: ["job_title:eq:a:b", "nonsense", "secret:eq:1", "company:drop:1"] });
  expect(listState(def, search, [], undefined).query).toEqual({ sort: "name", q: "12", filter: ["job_title:eq:a:b"] });
});
