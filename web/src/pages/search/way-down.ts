/** From the field into the results: those of what was typed, though older ones may still be shown when the key is pressed. */
import { type RefObject, useEffect, useRef } from "react";

interface Wanted {
  q: string;
  /** Enter was pressed before they were there. */
  opens: boolean;
}

export interface WayDown {
  results: RefObject<HTMLDivElement | null>;
  goDown: (q: string) => void;
  openNext: () => void;
  /** Somebody types on. */
  stay: () => void;
}

/** Frames in which the rows of a list come. */
const patience = 20;

/** `found` is what the results that are shown were asked for, `null` while they are others. */
export function useWayDown(found: string | null): WayDown {
  const results = useRef<HTMLDivElement>(null);
  const wanted = useRef<Wanted | null>(null);
  useEffect(() => {
    if (wanted.current?.q !== found) return undefined;
    let frame = 0;
    let left = patience;
    const look = (): void => {
      left -= 1;
      if (!go() && left > 0) frame = requestAnimationFrame(look);
    };
    frame = requestAnimationFrame(look);
    return () => cancelAnimationFrame(frame);
  });
  function go(): boolean {
    const row = results.current?.querySelector<HTMLElement>('[role=row][tabindex="0"]');
    if (!row) return false;
    row.focus();
    if (wanted.current?.opens) row.click();
    wanted.current = null;
    return true;
  }
  return {
    results,
    goDown: (q) => {
      wanted.current = { q, opens: false };
      if (q === found) go();
    },
    openNext: () => {
      if (wanted.current) wanted.current.opens = true;
    },
    stay: () => {
      wanted.current = null;
    },
  };
}
