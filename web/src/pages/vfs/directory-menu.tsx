/** What can be done with a directory. What a mount makes appear by itself has no document, so nothing to edit. */
import { Copy, FolderOpen, FolderPlus, PencilLine, SlidersHorizontal, Tags, Trash2 } from "lucide-react";
import type { DirectoryDocument } from "@/lib/documents";
import { common } from "@/lib/text/everywhere";
import { vfs as text } from "@/lib/text/vfs";
import type { MenuEntry } from "@/parts/ui/menu";

export interface Asked {
  kind: "new" | "rename" | "copy" | "delete";
  path: string;
}

export interface DirectoryMenuGiven {
  document: DirectoryDocument | undefined;
  path: string;
  isOnline: boolean;
  onEdit: (path: string) => void;
  onAsk: (asked: Asked) => void;
  onFiles: (path: string) => void;
  onLabels: (path: string) => void;
}

const icon = { className: "size-4", strokeWidth: 1.5, "aria-hidden": true } as const;

export function directoryMenu({ document, path, isOnline, onEdit, onAsk, onFiles, onLabels }: DirectoryMenuGiven): MenuEntry[] {
  const isOwn = document !== undefined;
  const reason = isOnline ? {} : { disabled: true, title: common.offlineReason };
  const canGo = isOwn && document.system !== true;
  return [
    isOwn && { ...reason, label: text.editMounts, icon: <SlidersHorizontal {...icon} />, onSelect: () => onEdit(path) },
    isOwn && { ...reason, label: path === "/" ? text.newDirectory : text.newInside, icon: <FolderPlus {...icon} />, onSelect: () => onAsk({ kind: "new", path }) },
    canGo && { ...reason, label: text.rename, icon: <PencilLine {...icon} />, onSelect: () => onAsk({ kind: "rename", path }) },
    isOwn && { ...reason, label: text.copyTo, icon: <Copy {...icon} />, onSelect: () => onAsk({ kind: "copy", path }) },
    { label: text.openFiles, icon: <FolderOpen {...icon} />, onSelect: () => onFiles(path) },
    path !== "/" && { ...reason, label: text.applyLabels, icon: <Tags {...icon} />, onSelect: () => onLabels(path) },
    canGo && "separator",
    canGo && { ...reason, label: text.remove, icon: <Trash2 {...icon} />, isDanger: true, onSelect: () => onAsk({ kind: "delete", path }) },
  ];
}
