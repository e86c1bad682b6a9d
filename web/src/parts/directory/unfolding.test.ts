import { expect, it } from "vitest";
import type { Entry } from "./order";
import { depthIn, flattened } from "./unfolding";

function entry(virtual_path: string, kind: "directory" | "file" = "directory"): Entry {
  return { name: virtual_path.slice(virtual_path.lastIndexOf("/") + 1), virtual_path, kind, inode: 1, size: 0, mtime: null, origin: "document" } as Entry;
}

it("puts what lies in unfolded directories under them, as deep as they go", () => {
  const inside: Record<string, Entry[]> = { "/a": [entry("/a/b"), entry("/a/x", "file")], "/a/b": [entry("/a/b/y", "file")] };
  const rows = flattened([entry("/a"), entry("/c"), entry("/z", "file")], (path) => inside[path] ?? []);
  expect(rows.map(({ virtual_path }) => virtual_path)).toEqual(["/a", "/a/b", "/a/b/y", "/a/x", "/c", "/z"]);
  expect(rows.map((row) => depthIn("/", row))).toEqual([0, 1, 2, 1, 0, 0]);
});

it("counts levels from the directory that is shown", () => {
  expect([depthIn("/a", entry("/a/b")), depthIn("/a", entry("/a/b/c"))]).toEqual([0, 1]);
});
