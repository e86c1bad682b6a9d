import { describe, expect, it } from "vitest";
import { draftOf, givenOf, isSame, kindOf, newMount, problemAt, problemsOf, type RawStep, withKind } from "./draft";
import { bytesOf, bytesText, opOf, ops, withField, withFlag, withOp } from "./ops";

const unknown = { op: "quantum", spin: [1, 2], on_match: "include" } as unknown as RawStep;
const directory = {
  steps: [unknown],
  enforce_steps_on_children: true,
  mounts: [{ mount_id: "m1", source: { node_id: "*", export_path: "/" }, strategy: "prefix_replace" as const, default_result: "exclude" as const, export: { enabled: true, peer_ids: ["p"] }, steps: [{ op: "glob", pattern: "*" } as never] }],
};

describe("a draft of a directory", () => {
  it("gives back what it was made of, steps of newer versions too", () => {
    expect(givenOf(draftOf(directory))).toEqual(directory);
    expect(isSame(draftOf(directory), draftOf(directory))).toBe(true);
  });

  it("differs when the order does", () => {
    const draft = draftOf({ ...directory, mounts: [] });
    expect(isSame(draft, { ...draft, mounts: [newMount("n")] })).toBe(false);
  });

  it("knows kinds of sources; labels and searches are flat", () => {
    const { mount } = newMount("n");
    expect(kindOf(mount)).toBe("node");
    expect(withKind({ ...mount, source_prefix: "/x" }, "label")).not.toHaveProperty("source_prefix");
    expect(withKind(mount, "search").strategy).toBe("flatten");
    expect(kindOf(withKind(mount, "search"))).toBe("search");
    expect(kindOf({ ...mount, source: {} })).toBe("other");
  });

  it("finds what is wrong at its field", () => {
    const problems = problemsOf([{ field: "mounts[0].steps[2].pattern", problem: "bad" }]);
    expect(problemAt(problems, "mounts[0].steps[2].pattern")).toBe("bad");
    expect(problemAt(problems, "mounts[0].steps[1].pattern")).toBeUndefined();
  });
});

describe("steps", () => {
  it("are ten, and others are not touched", () => {
    expect(ops).toHaveLength(10);
    expect(opOf(unknown)).toBeUndefined();
  });

  it("keep what every step has when their kind changes", () => {
    const age = ops.find(({ op }) => op === "age");
    if (!age) throw new Error("no age");
    expect(withOp({ op: "glob", pattern: "*", invert: true, on_match: "exclude" }, age)).toEqual({ op: "age", max_days: 30, invert: true, on_match: "exclude" });
  });

  it("leave empty fields and flags out", () => {
    expect(withField({ op: "age", max_days: 3 }, "max_days", "")).toEqual({ op: "age" });
    expect(withFlag({ op: "regex", pattern: "x", flags: "ms" }, "i", true).flags).toBe("msi");
    expect(withFlag({ op: "glob", pattern: "x", flags: "i" }, "i", false)).toEqual({ op: "glob", pattern: "x" });
  });

  it("read and write sizes exactly", () => {
    expect([bytesOf("10 MiB"), bytesOf("1.5g"), bytesOf("300"), bytesOf("many")]).toEqual([10_485_760, 1_610_612_736, 300, null]);
    for (const bytes of [0, 1023, 1025, 10_485_760]) expect(bytesOf(bytesText(bytes))).toBe(bytes);
  });
});
