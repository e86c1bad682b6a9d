/** What the menu of an entry offers. */
import { Copy, Download, Eye, FolderOpen, HardDriveDownload, Info, Link, SquareCheck, Tags, Workflow } from "lucide-react";
import type { ReactNode } from "react";
import { common } from "@/lib/text/everywhere";
import { directory as text } from "@/lib/text/directory";
import type { MenuEntry } from "@/parts/ui/menu";
import { copied, downloadAll, linkOf } from "./acting";
import type { Entry } from "./order";

export type Asked =
  | { kind: "labels"; files: readonly Entry[]; folders: number }
  | { kind: "keep"; entry: Entry }
  | { kind: "why"; entry: Entry }
  | { kind: "folder"; path: string }
  | { kind: "hidden" };

export interface MenuGiven {
  entry: Entry;
  /** What the menu acts on: the selection when the entry is part of it, else the entry alone. */
  on: { files: readonly Entry[]; folders: readonly Entry[] };
  isOnline: boolean;
  onOpen: () => void;
  onSelect: () => void;
  onAsk: (asked: Asked) => void;
  other: { label: string; onSelect: () => void };
}

const words = text.menu;

function picture(Icon: typeof Copy): ReactNode {
  return <Icon className="size-4" strokeWidth={1.5} aria-hidden="true" />;
}

export function menuOf({ entry, on, isOnline, onOpen, onSelect, onAsk, other }: MenuGiven): MenuEntry[] {
  const isFolder = entry.kind === "directory";
  const reason = isOnline ? {} : { disabled: true, title: common.offlineReason };
  const isOne = on.files.length + on.folders.length === 1;
  return [
    { label: isFolder ? words.open : words.preview, icon: picture(isFolder ? FolderOpen : Eye), onSelect: onOpen, keys: isFolder ? "Enter" : "Space" },
    isFolder && { label: other.label, icon: picture(Workflow), onSelect: other.onSelect },
    on.files.length > 0 && { ...reason, label: words.download, icon: picture(Download), keys: "d", onSelect: () => void downloadAll(on.files) },
    { label: words.select, icon: picture(SquareCheck), onSelect },
    "separator",
    { label: words.copyPath, icon: picture(Copy), onSelect: () => void copied(entry.virtual_path) },
    { label: words.copyLink, icon: picture(Link), onSelect: () => void copied(linkOf(entry)) },
    "separator",
    on.files.length > 0 && { ...reason, label: words.labels, icon: picture(Tags), keys: "l", onSelect: () => onAsk({ kind: "labels", files: on.files, folders: on.folders.length }) },
    isFolder && { ...reason, label: words.folderLabels, icon: picture(Tags), onSelect: () => onAsk({ kind: "folder", path: entry.virtual_path }) },
    isOne && { ...reason, label: words.keep, icon: picture(HardDriveDownload), onSelect: () => onAsk({ kind: "keep", entry }) },
    { label: words.explain, icon: picture(Info), keys: "i", onSelect: () => onAsk({ kind: "why", entry }) },
  ];
}
