/** Where words stand in a text, without regard to case. Offsets are those of the text as it is. */

export interface Places {
  readonly starts: readonly number[];
  readonly length: number;
  readonly isCut: boolean;
}

export const NOWHERE: Places = { starts: [], length: 0, isCut: false };
const MOST = 5000;

export function placesOf(text: string, needle: string): Places {
  if (needle === "") return NOWHERE;
  const pattern = new RegExp(needle.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&"), "gi");
  const starts: number[] = [];
  for (let found = pattern.exec(text); found !== null; found = pattern.exec(text)) {
    if (starts.length === MOST) return { starts, length: needle.length, isCut: true };
    starts.push(found.index);
  }
  return { starts, length: needle.length, isCut: false };
}

export interface Mark {
  readonly start: number;
  readonly end: number;
  readonly index: number;
}

/** The places that touch `start` to `end`, clipped to it and counted from it. */
export function marksIn(places: Places, start: number, end: number): Mark[] {
  const marks: Mark[] = [];
  for (let index = firstEndingAfter(places, start); index < places.starts.length; index++) {
    const at = places.starts[index] ?? 0;
    if (at >= end) break;
    marks.push({ start: Math.max(at, start) - start, end: Math.min(at + places.length, end) - start, index });
  }
  return marks;
}

function firstEndingAfter(places: Places, offset: number): number {
  let low = 0;
  let high = places.starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((places.starts[middle] ?? 0) + places.length <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
