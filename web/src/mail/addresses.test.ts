import { expect, it } from "vitest";
import { parseAddresses, prefixed, withoutDoubles } from "./addresses";

it("reads addresses as people paste them", () => {
  expect(parseAddresses('"Clark, Ann" <ann@x.example>; bob@x.example,\nCarol <carol@x.example>')).toEqual({
    good: [{ address: "ann@x.example", name: "Clark, Ann" }, { address: "bob@x.example" }, { address: "carol@x.example", name: "Carol" }],
    bad: [],
  });
  expect(parseAddresses("ann@, x@y.example\r\nBcc: z@y.example").bad).toEqual(["ann@", "Bcc: z@y.example"]);
});
it("nobody is addressed twice", () => {
  expect(withoutDoubles([{ address: "A@x.example" }, { address: "a@X.example" }, { address: "me@x.example" }], ["ME@x.example"])).toEqual([{ address: "A@x.example" }]);
});
it("a subject is marked once", () => {
  expect(prefixed("Re", "Hello")).toBe("Re: Hello");
  expect(prefixed("Re", "RE: Hello")).toBe("RE: Hello");
  expect(prefixed("Fw", "Fwd: Hello")).toBe("Fwd: Hello");
});
