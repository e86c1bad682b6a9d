/** Whether rows pass by faster than anybody can read them: then they are only hinted at, and nothing is fetched. */
import { useEffect, useState } from "react";

const calmMs = 120;

/** `from` is the first row in sight, `seen` how many there are. A single leap is no flight: where one lands, one reads. */
export function useFlight(from: number, seen: number): boolean {
  const [way, setWay] = useState({ from, leaps: 0 });
  if (way.from !== from) setWay({ from, leaps: Math.abs(from - way.from) > seen ? way.leaps + 1 : 0 });
  useEffect(() => {
    if (way.leaps === 0) return undefined;
    const timer = setTimeout(() => setWay((last) => ({ ...last, leaps: 0 })), calmMs);
    return () => clearTimeout(timer);
  }, [way]);
  return way.leaps > 1;
}
