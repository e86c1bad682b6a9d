/** A value that changes and tells: the one kind of state outside of React. */
import { useSyncExternalStore } from "react";

export interface Signal<T> {
  get: () => T;
  set: (next: T) => void;
  subscribe: (listener: () => void) => () => void;
}

export function signal<T>(first: T): Signal<T> {
  const listeners = new Set<() => void>();
  let value = first;
  return {
    get: () => value,
    set: (next) => {
      if (Object.is(next, value)) return;
      value = next;
      for (const listener of [...listeners]) listener();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export function useSignal<T>(of: Pick<Signal<T>, "get" | "subscribe">): T {
  return useSyncExternalStore(of.subscribe, of.get);
}
