/** What can be done with a file of a list, by menu and by key. */
import { Download, FolderOpen, HelpCircle, Copy, Tag } from "lucide-react";
import type { KeyboardEvent } from "react";
import type { FileObject } from "@/api/schemas";
import { download } from "@/lib/downloading";
import { bareId, type OpenFile } from "@/lib/open-file";
import { look } from "@/lib/preferences";
import { drawer } from "@/lib/text/drawer";
import { common } from "@/lib/text/everywhere";
import { search } from "@/lib/text/search";
import { visible } from "@/lib/visible";
import { copyText } from "@/parts/things";
import type { MenuEntry } from "@/parts/ui/menu";
import { actedByKey } from "@/parts/ui/menu-keys";
import { toast } from "@/parts/ui/toast";

type File = Pick<FileObject, "file_id" | "name" | "paths" | "source">;
const text = search.menu;
const icon = { className: "size-4", strokeWidth: 1.5, "aria-hidden": true } as const;

export function save({ file_id, name }: File): void {
  download(file_id).catch((error: unknown) => toast.failed(drawer.downloadFailed(visible(name)), error));
}

export function menuOf(file: File, { open }: OpenFile, isOnline: boolean): MenuEntry[] {
  const reason = isOnline ? {} : { disabled: true, title: common.offlineReason };
  return [
    { label: text.open, keys: "Enter", icon: <FolderOpen {...icon} />, onSelect: () => open(file.file_id) },
    { ...reason, label: text.download, keys: "d", icon: <Download {...icon} />, onSelect: () => save(file) },
    { label: text.copyPath, icon: <Copy {...icon} />, onSelect: () => void copyText(file.paths?.[0] ?? file.source.export_path) },
    "separator",
    { label: text.labels, keys: "l", icon: <Tag {...icon} />, onSelect: () => open(file.file_id, "labels") },
    { label: text.explain, keys: "i", icon: <HelpCircle {...icon} />, onSelect: () => open(file.file_id, "explain") },
  ];
}

/** Space, `d`, `l`, `i` on a row; answers whether it was one of them. */
export function keyedOn(event: KeyboardEvent, file: File | undefined, opened: OpenFile, isOnline: boolean): boolean {
  if (!file || event.ctrlKey || event.metaKey || event.altKey) return false;
  if (event.key === " ") {
    if (opened.fileId === bareId(file.file_id)) opened.close();
    else opened.open(file.file_id);
    return true;
  }
  return look.get().hasLetterKeys && actedByKey(menuOf(file, opened, isOnline), event.key);
}
