import { describe, expect, it } from "vitest";
import { type Folder, sideways, treeRows, wayTo } from "./tree-rows";

const folder = (path: string): Folder => ({ path, name: path.slice(path.lastIndexOf("/") + 1), mountCount: 0 });
const inside: Record<string, Folder[]> = { "/": [folder("/a"), folder("/b")], "/a": [folder("/a/x")], "/b": [] };
const rowsOf = (...opened: string[]) => treeRows(folder("/"), (path) => inside[path], new Set(opened));

describe("a tree", () => {
  it("shows what is open, with its place among its siblings", () => {
    expect(rowsOf("/", "/a").map(({ path, level, position, siblings }) => [path, level, position, siblings])).toEqual([
      ["/", 1, 1, 1],
      ["/a", 2, 1, 2],
      ["/a/x", 3, 1, 1],
      ["/b", 2, 2, 2],
    ]);
  });

  it("knows what is empty and what is waited for", () => {
    const rows = rowsOf("/", "/a", "/a/x", "/b");
    expect(rows.map(({ path, isLeaf, isWaited }) => [path, isLeaf, isWaited])).toEqual([
      ["/", false, false],
      ["/a", false, false],
      ["/a/x", false, true],
      ["/b", true, false],
    ]);
  });

  it("opens, folds and walks with the side keys", () => {
    const rows = rowsOf("/", "/a");
    expect(sideways("ArrowRight", rows, 1)).toEqual({ kind: "go", at: 2 });
    expect(sideways("ArrowRight", rows, 2)).toEqual({ kind: "open", path: "/a/x" });
    expect(sideways("ArrowRight", rows, 3)).toBeNull();
    expect(sideways("ArrowLeft", rows, 1)).toEqual({ kind: "fold", path: "/a" });
    expect(sideways("ArrowLeft", rows, 3)).toEqual({ kind: "go", at: 0 });
    expect(sideways("ArrowLeft", rowsOf(), 0)).toBeNull();
  });

  it("names the way to a folder", () => {
    expect(wayTo("/a/x")).toEqual(["/", "/a", "/a/x"]);
    expect(wayTo("/")).toEqual(["/"]);
  });
});
