import type { KeyboardEvent } from "react";
import { afterEach, expect, it, vi } from "vitest";
import { common } from "@/lib/text/everywhere";
import { search } from "@/lib/text/search";
import { toast } from "@/parts/ui/toast";
import { keyedOn, menuOf } from "./file-menu";

const file = { file_id: "file::018f", name: "a.txt", source: { node_id: "node-nas", export_path: "/a.txt", export_parent: "/" } };
const opened = { fileId: null, open: vi.fn(), close: vi.fn() };
const pressed = (key: string) => ({ key }) as KeyboardEvent;

afterEach(() => void vi.restoreAllMocks());

it("offers no download without the control plane, and the key says why", () => {
  const asked = vi.spyOn(globalThis, "fetch");
  const said = vi.spyOn(toast, "say");
  expect(menuOf(file, opened, false)).toContainEqual(expect.objectContaining({ label: search.menu.download, disabled: true, title: common.offlineReason }));
  expect(keyedOn(pressed("d"), file, opened, false)).toBe(true);
  expect(said).toHaveBeenCalledWith(common.offlineReason);
  expect(asked).not.toHaveBeenCalled();
});

it("does by a letter what the menu does under it", () => {
  expect(keyedOn(pressed("l"), file, opened, false)).toBe(true);
  expect(opened.open).toHaveBeenLastCalledWith("file::018f", "labels");
  expect(keyedOn(pressed("i"), file, opened, true)).toBe(true);
  expect(opened.open).toHaveBeenLastCalledWith("file::018f", "explain");
  expect(keyedOn(pressed("x"), file, opened, true)).toBe(false);
  expect(keyedOn(pressed("Enter"), file, opened, true)).toBe(false);
});
