import { describe, expect, it } from "vitest";
import type { Documents } from "@/lib/documents";
import { byTrouble, fillOf } from "./node-order";
import { sentenceOf } from "./sentence";
import { factsOf } from "./widget";

const node = (friendly_name: string, status: string): Documents["node"] => ({ friendly_name, status }) as unknown as Documents["node"];

describe("the node strip", () => {
  it("has nodes with trouble first, then by name", () => {
    const all = [node("b", "online"), node("a", "online"), node("z", "degraded"), node("y", "offline"), node("c", "disabled")];
    expect(byTrouble(all).map(({ friendly_name }) => friendly_name)).toEqual(["y", "z", "a", "b", "c"]);
  });

  it("has no bar for a node that reports no disk", () => {
    expect(fillOf({ storage: [] })).toBeNull();
  });
});

describe("an activity", () => {
  const names = new Map([["node-nas", "NAS"]]);

  it("sums changes in one line", () => {
    const deed = { key: "", time: "", kind: "changes", title: "", path: "/photos", counts: { added: 1204, modified: 3, deleted: 0 } } as const;
    expect(sentenceOf(deed, names)).toBe("1,204 files added, 3 changed in /photos");
  });

  it("names the node and not its id", () => {
    const deed = { key: "", time: "", kind: "node", title: "node-nas joined", node_id: "node-nas" } as const;
    expect(sentenceOf(deed, names)).toBe("NAS joined");
  });
});

describe("a widget", () => {
  it("keeps the order of its pairs and survives any answer", () => {
    const facts = factsOf([{ status: "warning", data: { b: "2", a: 47203, c: { d: 1 } } }]);
    expect(facts).toEqual({
      status: "warning",
      description: "",
      pairs: [
        ["b", "2"],
        ["a", "47,203"],
        ["c", '{"d":1}'],
      ],
    });
    expect(factsOf([])).toEqual({ status: "healthy", description: "", pairs: [] });
  });
});
