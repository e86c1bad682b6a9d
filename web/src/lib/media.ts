/** What the window is like, for the few places where CSS alone cannot decide. */
import { useCallback, useMemo, useSyncExternalStore } from "react";
import { useLook } from "./preferences";

export function useMedia(query: string): boolean {
  const list = useMemo(() => matchMedia(query), [query]);
  const subscribe = useCallback(
    (listener: () => void) => {
      list.addEventListener("change", listener);
      return () => list.removeEventListener("change", listener);
    },
    [list],
  );
  return useSyncExternalStore(subscribe, () => list.matches);
}

export function useIsPhone(): boolean {
  return useMedia("(max-width: 767px)");
}

/** Tree, list and drawer stand side by side. */
export function useIsWide(): boolean {
  return useMedia("(min-width: 1280px)");
}

/** px of a row of a list, as `--row` says it. */
export function useRowHeight(): number {
  const { density } = useLook();
  const isTouch = useMedia("(pointer: coarse)");
  if (isTouch) return 44;
  return density === "compact" ? 32 : 40;
}
