/** How wide an element is, for parts whose columns depend on the room that they have. */
import { type RefObject, useLayoutEffect, useState } from "react";

export function useWidth(of: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = of.current;
    if (!element) return undefined;
    const look = (): void => setWidth(element.clientWidth);
    const watch = new ResizeObserver(look);
    look();
    watch.observe(element);
    return () => watch.disconnect();
  }, [of]);
  return width;
}
