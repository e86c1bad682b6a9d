import { expect, test } from "vitest";
import { fillsOf, sorted } from "./fills";

const disk = { filesystem_id: "u", mount_point: "/", fs_type: "ext4", capacity_bytes: 100, used_bytes: 80, available_bytes: 15 };
const all = {
  nodes: [
    { node_id: "node-a", capacity_bytes: 100, used_bytes: 80, available_bytes: 15, filesystems: [disk] },
    { node_id: "node-b", capacity_bytes: 0, used_bytes: 0, available_bytes: 0, filesystems: [] },
  ],
  backends: [
    { backend: "photos", node_id: "node-a", used_bytes: 7, quota_bytes: null },
    { backend: "cloud", node_id: "node-a", used_bytes: 30, quota_bytes: 40 },
  ],
  cache: [],
};
const known = { names: new Map([["node-a", "NAS"]]), types: new Map([["cloud", "icloud"]]) };

test("what is billed by use has no capacity, and a node without disks neither", () => {
  const fills = fillsOf(all, known);
  expect(fills.map(({ name, capacity, available }) => [name, capacity, available])).toEqual([
    ["NAS", 100, 15],
    ["node-b", null, null],
    ["photos", null, null],
    ["cloud", 40, 10],
  ]);
  expect(fills.map(({ isApproximate }) => isApproximate)).toEqual([false, false, false, true]);
});

test("sorting by use puts the fullest first and the unknown last", () => {
  const fills = fillsOf(all, known);
  expect(sorted(fills, "-share").map(({ name }) => name)).toEqual(["NAS", "cloud", "node-b", "photos"]);
  expect(sorted(fills, "share").map(({ name }) => name)).toEqual(["cloud", "NAS", "node-b", "photos"]);
  expect(sorted(fills, "-name")[0]?.name).toBe("photos");
});
