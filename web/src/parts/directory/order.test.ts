import { describe, expect, it } from "vitest";
import { type Entry, inOrder, narrowed, orderOf, orderText } from "./order";

const entry = (name: string, more: Partial<Entry> = {}): Entry => ({
  name,
  kind: "file",
  virtual_path: `/${name}`,
  inode: 1,
  size: 0,
  mtime: null,
  origin: "mount",
  ...more,
});
const names = (entries: readonly Entry[]): string[] => entries.map(({ name }) => name);
const plain = (id: string): string => id;

describe("entries in order", () => {
  const some = [entry("b10", { size: 1 }), entry("B2", { size: 3 }), entry("a", { size: 3 }), entry("z", { kind: "directory" })];

  it("are natural, without regard to case, directories first either way", () => {
    expect(names(inOrder(some, { column: "name", isDescending: false }, plain))).toEqual(["z", "a", "B2", "b10"]);
    expect(names(inOrder(some, { column: "name", isDescending: true }, plain))).toEqual(["z", "b10", "B2", "a"]);
  });

  it("are by size, and by name where sizes are the same", () => {
    expect(names(inOrder(some, { column: "size", isDescending: true }, plain))).toEqual(["z", "a", "B2", "b10"]);
  });

  it("are by the name of the owner and not by its id", () => {
    const owned = [entry("x", { node_id: "n1" }), entry("y", { node_id: "n2" })];
    const called = (id: string): string => ({ n1: "NAS", n2: "Laptop" })[id] ?? "";
    expect(names(inOrder(owned, { column: "owner", isDescending: false }, called))).toEqual(["y", "x"]);
  });

  it("are narrowed by a part of the name", () => {
    expect(names(narrowed(some, " B"))).toEqual(["b10", "B2"]);
    expect(narrowed(some, "")).toBe(some);
  });

  it("come from an address and go into one", () => {
    expect(orderOf("-size")).toEqual({ column: "size", isDescending: true });
    expect(orderOf("constructor").column).toBe("name");
    expect([orderText(orderOf("name")), orderText(orderOf("-mtime"))]).toEqual([undefined, "-mtime"]);
  });
});
