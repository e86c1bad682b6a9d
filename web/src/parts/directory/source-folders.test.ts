import { describe, expect, it } from "vitest";
import type { Schema } from "@/api/schemas";
import { sourceFolders } from "./source-folders";

const mount = (source: Schema<"MountSource">, more: Partial<Schema<"Mount">> = {}): Schema<"Mount"> => ({ mount_id: "m", source, strategy: "prefix_replace", ...more });
const home = { node_id: "n1", export_path: "/home/me" };

describe("folders behind a directory", () => {
  it("are those of its mounts, or deeper ones", () => {
    expect(sourceFolders([mount(home)], "")).toEqual([{ nodeId: "n1", prefix: "/home/me/" }]);
    expect(sourceFolders([mount(home)], "docs/work")).toEqual([{ nodeId: "n1", prefix: "/home/me/docs/work/" }]);
    expect(sourceFolders([mount({ node_id: "*", export_path: "/" })], "home")).toEqual([{ nodeId: "*", prefix: "/home/" }]);
  });

  it("follow the prefix that is taken away", () => {
    const shorter = mount(home, { source_prefix: "/home" });
    expect(sourceFolders([shorter], "")).toEqual([{ nodeId: "n1", prefix: "/home/me/" }]);
    expect(sourceFolders([shorter], "me/docs")).toEqual([{ nodeId: "n1", prefix: "/home/me/docs/" }]);
    expect(sourceFolders([shorter], "other")).toEqual([]);
  });

  it("are none for searches and labels, and each only once", () => {
    expect(sourceFolders([mount({ search: "report" }), mount({ label: "work" })], "")).toEqual([]);
    expect(sourceFolders([mount(home), mount(home)], "x")).toHaveLength(1);
    expect(sourceFolders([mount(home, { strategy: "flatten" })], "x")).toEqual([]);
  });
});
