/** How parts read documents: all of a type, one by id, or what a selector makes of them. */
import { useCallback, useMemo, useSyncExternalStore } from "react";
import { documents } from "./store";
import type { Documents, DocumentType } from "./types";

/** Every document of a type, in no order. The array is the same until one of them changes. */
export function useDocuments<T extends DocumentType>(type: T): readonly Documents[T][] {
  const subscribe = useCallback((listener: () => void) => documents.subscribe(type, listener), [type]);
  return useSyncExternalStore(subscribe, () => documents.all(type));
}

/** What `select` makes of them; give it a stable function. */
export function useSelected<T extends DocumentType, R>(type: T, select: (all: readonly Documents[T][]) => R): R {
  const all = useDocuments(type);
  return useMemo(() => select(all), [all, select]);
}

/** One document by its whole `_id`: `node::node-nas`. Painted anew only when that one changes. */
export function useDocument<T extends DocumentType>(type: T, id: string): Documents[T] | undefined {
  const subscribe = useCallback((listener: () => void) => documents.subscribeOne(id, listener), [id]);
  return useSyncExternalStore(subscribe, () => documents.get(type, id));
}

export function useNode(nodeId: string): Documents["node"] | undefined {
  return useDocument("node", `node::${nodeId}`);
}

const byName = (all: readonly Documents["node"][]): readonly Documents["node"][] =>
  [...all].sort((one, other) => one.friendly_name.localeCompare(other.friendly_name));

/** All nodes, by name. */
export function useNodes(): readonly Documents["node"][] {
  return useSelected("node", byName);
}

const waiting = (all: readonly Documents["notification"][]): readonly Documents["notification"][] => {
  const order = { error: 0, warning: 1, info: 2 };
  return all
    .filter(({ status }) => status === "active")
    .sort((one, other) => order[one.severity] - order[other.severity] || other.last_seen.localeCompare(one.last_seen));
};

/** Active notifications, the gravest and newest first. */
export function useActiveNotifications(): readonly Documents["notification"][] {
  return useSelected("notification", waiting);
}
