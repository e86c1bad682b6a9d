import { type RefObject, useEffect, useLayoutEffect, useRef } from "react";

/** A table that goes away with the focus in it hands it to the next, by whatever key or click one went there. */
export function useHandedFocus(takesFocusRef: RefObject<boolean>): RefObject<HTMLDivElement | null> {
  const frame = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = frame.current;
    return () => {
      if (element?.contains(document.activeElement)) takesFocusRef.current = true;
    };
  }, [takesFocusRef]);
  useEffect(() => {
    if (!takesFocusRef.current) return undefined;
    const turn = requestAnimationFrame(() => {
      takesFocusRef.current = false;
      if (document.activeElement !== document.body) return;
      frame.current?.querySelector<HTMLElement>('[role="row"][tabindex="0"]')?.focus({ preventScroll: true });
    });
    return () => cancelAnimationFrame(turn);
  }, [takesFocusRef]);
  return frame;
}
