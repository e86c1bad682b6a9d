import { expect, it } from "vitest";
import { toldOf } from "./told";

it("tells objects of any shape in words, and hides nothing that hides itself", () => {
  const request = { rebuild_derived: false, node_ids: null, files: ["a", "b\u202e"], nested: { count: 1200 }, none: [] };
  expect(toldOf(request)).toEqual([
    ["Rebuild derived", "no"],
    ["Files", "a, b‹202E›"],
    ["Nested", "Count: 1,200"],
  ]);
});

it("shows the first of many", () => {
  const [[, shown] = []] = toldOf({ all: Array.from({ length: 20 }, (_, at) => `f${at}`) });
  expect(shown?.endsWith("f11, +8")).toBe(true);
});
