/** For pages that change a loaded row in place instead of asking for it again. */
import { useEffect, useEffectEvent } from "react";
import type { ApiEvent } from "@/api/schemas";

type Listener = (batch: readonly ApiEvent[]) => void;

const listeners = new Set<Listener>();

export function tellListeners(batch: readonly ApiEvent[]): void {
  for (const listener of [...listeners]) listener(batch);
}

/** Hears batches that hold events of `types`, each at most every 250 ms. */
export function useEvents(types: readonly string[], apply: (events: readonly ApiEvent[]) => void): void {
  const heard = useEffectEvent((batch: readonly ApiEvent[]) => {
    const wanted = batch.filter(({ type }) => types.includes(type));
    if (wanted.length > 0) apply(wanted);
  });
  useEffect(() => {
    const listener: Listener = (batch) => heard(batch);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }, []);
}
