/** The moving window over a long list: what is mounted, what has the focus, and that the row under the eye stays. */
import { defaultRangeExtractor, type Range, useVirtualizer, type Virtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type RefObject, startTransition, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { calmMs, unlessFlying } from "./flight";
import { foundAgain, movedTo } from "./moving";

export interface RowsGiven {
  count: number;
  rowHeight: number;
  keyAt: (at: number) => string | undefined;
  scroller: RefObject<HTMLElement | null>;
  /** The window that is seen, to fetch rows around it. */
  onRange?: ((from: number, to: number) => void) | undefined;
}

export interface Rows {
  virtual: Virtualizer<HTMLElement, Element>;
  active: number;
  /** They pass by too fast to be read. */
  isFlying: boolean;
  setActive: (at: number) => void;
  /** Moves the focus for an arrow key and its like; answers whether it was one. */
  move: (event: KeyboardEvent) => boolean;
  /** Moves the focus to a row, wherever it is. */
  goTo: (at: number) => void;
  mounts: (at: number) => (element: HTMLElement | null) => void;
}

export function useRows({ count, rowHeight, keyAt, scroller, onRange }: RowsGiven): Rows {
  const [active, setActive] = useState(0);
  const mounted = useRef(new Map<number, HTMLElement>());
  const wanted = useRef<number | null>(null);
  const present = Math.min(active, Math.max(0, count - 1));
  const [isFlying, setFlying] = useState(false);
  const [observe] = useState(() => unlessFlying(setFlying));
  const isAtRest = useRest(!isFlying);
  const virtual = useVirtualizer<HTMLElement, Element>({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: isAtRest ? 8 : 0,
    isScrollingResetDelay: calmMs,
    observeElementOffset: observe,
    rangeExtractor: (range) => withActive(range, present, count),
  });
  const measured = useRef(rowHeight);
  useEffect(() => {
    if (measured.current !== rowHeight) virtual.measure();
    measured.current = rowHeight;
  }, [virtual, rowHeight]);
  const from = virtual.range?.startIndex ?? 0;
  const to = virtual.range?.endIndex ?? 0;
  useEffect(() => onRange?.(from, to), [from, to, onRange]);
  useSteady(virtual, count, rowHeight, keyAt, scroller);

  const focus = useCallback((at: number) => {
    const row = mounted.current.get(at);
    if (row) row.focus({ preventScroll: true });
    wanted.current = row ? null : at;
  }, []);
  const goTo = (to: number): void => {
    setActive(to);
    virtual.scrollToIndex(to);
    focus(to);
  };
  return {
    virtual,
    active: present,
    isFlying,
    setActive,
    goTo,
    move: (event) => {
      const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? rowHeight) / rowHeight) - 1);
      const to = movedTo(event.key, present, count, page);
      if (to === null || event.altKey) return false;
      event.preventDefault();
      goTo(to);
      return true;
    },
    mounts: (at) => (element) => {
      if (!element) {
        mounted.current.delete(at);
        return;
      }
      mounted.current.set(at, element);
      if (wanted.current === at) focus(at);
    },
  };
}

/** Whether what is in sight has been drawn: only then the rows around it are. */
function useRest(isStill: boolean): boolean {
  const [isAtRest, setAtRest] = useState(false);
  if (isAtRest && !isStill) setAtRest(false);
  useEffect(() => {
    if (isStill) startTransition(() => setAtRest(true));
  }, [isStill]);
  return isAtRest;
}

/** The row with the focus stays mounted however far one scrolls. */
function withActive(range: Range, active: number, count: number): number[] {
  const shown = defaultRangeExtractor(range);
  return active >= count || shown.includes(active) ? shown : [...shown, active].sort((one, other) => one - other);
}

/** Rows that come or go above do not move the row under the eye. At the top the list shows what is new. */
function useSteady(
  virtual: Virtualizer<HTMLElement, Element>,
  count: number,
  rowHeight: number,
  keyAt: (at: number) => string | undefined,
  scroller: RefObject<HTMLElement | null>,
): void {
  const eye = useRef<{ key: string; at: number } | null>(null);
  useLayoutEffect(() => {
    const element = scroller.current;
    const seen = eye.current;
    if (!element || !seen || element.scrollTop < rowHeight) return;
    const now = foundAgain(seen.key, seen.at, count, keyAt);
    if (now !== null && now !== seen.at) element.scrollTo(0, element.scrollTop + (now - seen.at) * rowHeight);
  }, [count, keyAt, rowHeight, scroller]);
  const top = virtual.range?.startIndex ?? 0;
  useEffect(() => {
    const key = keyAt(top);
    eye.current = key === undefined ? null : { key, at: top };
  }, [top, keyAt]);
}
