import { type ReactNode, useEffect, useRef, useState } from "react";

const length = 400;

/** Rolls from the last value to the new one; at once where motion is not wanted. */
export function RollingNumber({ value, form }: { value: number; form: (value: number) => string }): ReactNode {
  const [shown, setShown] = useState(value);
  const last = useRef(value);
  useEffect(() => {
    const from = last.current;
    last.current = value;
    if (from === value) return undefined;
    const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const begun = performance.now();
    let frame = 0;
    const step = (now: number): void => {
      const part = isStill ? 1 : Math.min(1, (now - begun) / length);
      setShown(Math.round(from + (value - from) * (1 - (1 - part) ** 3)));
      if (part < 1) frame = requestAnimationFrame(step);
    };
    frame = requestAnimationFrame(step);
    return () => cancelAnimationFrame(frame);
  }, [value]);
  return form(shown);
}
