import { describe, expect, it } from "vitest";
import { linesOf } from "./differences";

describe("lines of versions", () => {
  it("puts what differs first and leaves out what belongs to the store", () => {
    const lines = linesOf([
      { _id: "x", _rev: "1-a", a: 1, name: "one" },
      { _id: "x", _rev: "1-b", a: 1, name: "two" },
    ]);
    expect(lines).toEqual([
      { field: "name", values: ["one", "two"], isDifferent: true },
      { field: "a", values: ["1", "1"], isDifferent: false },
    ]);
  });

  it("shows a deleted version beside one that is there", () => {
    expect(linesOf([{ labels: ["a"] }, null])).toEqual([{ field: "labels", values: ['[\n "a"\n]', ""], isDifferent: true }]);
  });
});
