/** Where a key moves the focus in a list. Pure. */
export function movedTo(key: string, at: number, count: number, page: number): number | null {
  const last = count - 1;
  const to: Record<string, number> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    Home: 0,
    End: last,
    PageDown: at + page,
    PageUp: at - page,
  };
  const wanted = to[key];
  return wanted === undefined || count === 0 ? null : Math.min(last, Math.max(0, wanted));
}

/** Where the row that was at `index` is now: looked for near by first, so that a list that grew keeps its place. */
export function foundAgain(key: string, index: number, count: number, keyAt: (at: number) => string | undefined, reach = 2000): number | null {
  for (let step = 0; step <= Math.min(reach, count); step += 1) {
    if (index + step < count && keyAt(index + step) === key) return index + step;
    if (step > 0 && index - step >= 0 && index - step < count && keyAt(index - step) === key) return index - step;
  }
  return null;
}
