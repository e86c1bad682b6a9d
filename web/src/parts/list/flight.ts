/**
 * Whether rows pass by faster than anybody can read them: then they are only hinted at and nothing is fetched, drawn
 * or even computed until they come to rest.
 */
import { observeElementOffset, type Virtualizer } from "@tanstack/react-virtual";

type List = Virtualizer<HTMLElement, Element>;
export type Observe = (list: List, tell: (offset: number, isScrolling: boolean) => void) => (() => void) | undefined;

/** Time without a further step after which a list rests. */
export const calmMs = 120;

/** Until then a leap may be the first of a flight. */
const landingMs = 34;

/** Where a list is, but for a flight. A single leap is none: where one lands, one reads, as soon as it is known. */
export function unlessFlying(onFlight: (isFlying: boolean) => void): Observe {
  return (list, tell) => {
    let before = list.scrollOffset ?? 0;
    let leaps = 0;
    let landing: ReturnType<typeof setTimeout> | undefined;
    const stop = observeElementOffset(list, (offset, isScrolling) => {
      clearTimeout(landing);
      const wasFlying = leaps > 1;
      leaps = Math.abs(offset - before) > (list.scrollRect?.height ?? 0) ? leaps + 1 : 0;
      before = offset;
      const isFlying = leaps > 1;
      if (isFlying !== wasFlying) onFlight(isFlying);
      if (leaps === 1) landing = setTimeout(() => tell(offset, isScrolling), landingMs);
      else if (!isFlying) tell(offset, isScrolling);
    }) as (() => void) | undefined;
    return () => {
      clearTimeout(landing);
      stop?.();
    };
  };
}
