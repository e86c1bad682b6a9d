/** What is in sight, told only once scrolling has come to rest: nothing is drawn or asked for rows that fly past. */
import { useCallback, useEffect, useRef, useState } from "react";

const rest = 60;

/** First and last block of `size` rows that are seen; until the rows have been drawn, up to `begin`. */
export function useRange(size: number, begin = 0): [first: number, last: number, onRange: (from: number, to: number) => void] {
  const [range, setRange] = useState({ first: 0, last: begin });
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const onRange = useCallback(
    (from: number, to: number) => {
      clearTimeout(timer.current);
      const seen = { first: Math.floor(from / size), last: Math.floor(to / size) };
      timer.current = setTimeout(() => setRange((present) => (present.first === seen.first && present.last === seen.last ? present : seen)), rest);
    },
    [size],
  );
  return [range.first, range.last, onRange];
}
