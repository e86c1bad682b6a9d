/** The places of the sidebar; one is shown when its page is there. */
import { FolderTree, HardDrive, Home, type LucideIcon, Network, Search, Settings, Tags, Workflow } from "lucide-react";
import { addresses } from "@/lib/addresses";
import { shell as text } from "@/lib/text/shell";

export interface Place {
  name: keyof typeof text.places;
  label: string;
  href: string;
  /** First part of its addresses. */
  root: string;
  /** After `g`. */
  key: string;
  icon: LucideIcon;
}

const every: readonly Place[] = [
  { name: "dashboard", label: text.places.dashboard, href: addresses.dashboard(), root: "/", key: "d", icon: Home },
  { name: "files", label: text.places.files, href: addresses.files(), root: "/files", key: "f", icon: FolderTree },
  { name: "search", label: text.places.search, href: addresses.search(), root: "/search", key: "s", icon: Search },
  { name: "labels", label: text.places.labels, href: addresses.labels(), root: "/labels", key: "l", icon: Tags },
  { name: "nodes", label: text.places.nodes, href: addresses.nodes(), root: "/nodes", key: "n", icon: Network },
  { name: "vfs", label: text.places.vfs, href: addresses.vfs(), root: "/vfs", key: "v", icon: Workflow },
  { name: "storage", label: text.places.storage, href: addresses.storage(), root: "/storage", key: "t", icon: HardDrive },
  { name: "settings", label: text.places.settings, href: addresses.settings(), root: "/settings", key: ",", icon: Settings },
];

/** Those that `paths` (of the routes) lead to. */
export function placesOf(paths: readonly string[]): readonly Place[] {
  return every.filter(({ root }) => paths.some((path) => rootOf(path) === root));
}

export function rootOf(path: string): string {
  return `/${path.split("/")[1] ?? ""}`;
}
