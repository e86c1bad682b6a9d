/** One clock for the whole page: texts such as "3 minutes ago" are painted anew together, not by a timer each. */
import { useSyncExternalStore } from "react";

const step = 10_000;
const listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

function tick(): void {
  now = Date.now();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) {
    now = Date.now();
    timer = setInterval(tick, step);
  }
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) clearInterval(timer);
  };
}

/** The time, cut to `each` ms, so that who looks rarely is painted rarely. */
export function useNow(each = step): number {
  return useSyncExternalStore(subscribe, () => (each <= step ? now : Math.floor(now / each) * each));
}
