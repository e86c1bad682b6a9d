/** Where a name or a line of text fits what was searched for. Pure. */

export interface Piece {
  text: string;
  isMarked: boolean;
}

/** Cuts a name at the ranges that the server told. It counts characters, not halves of them. */
export function marked(name: string, ranges: readonly (readonly [number, number])[]): Piece[] {
  const characters = [...name];
  const pieces: Piece[] = [];
  let at = 0;
  for (const [from, to] of [...ranges].sort(([one], [other]) => one - other)) {
    const begin = Math.max(at, from);
    if (to <= begin) continue;
    if (begin > at) pieces.push({ text: characters.slice(at, begin).join(""), isMarked: false });
    pieces.push({ text: characters.slice(begin, to).join(""), isMarked: true });
    at = to;
  }
  if (at < characters.length) pieces.push({ text: characters.slice(at).join(""), isMarked: false });
  return pieces;
}

/** A fragment of a plugin: what stands between `**` was found. */
export function fragmentPieces(fragment: string): Piece[] {
  const parts = fragment.split("**");
  // An odd mark at the end is a part of the text.
  if (parts.length % 2 === 0) parts.splice(-2, 2, parts.slice(-2).join("**"));
  return parts.map((text, at) => ({ text, isMarked: at % 2 === 1 })).filter(({ text }) => text !== "");
}
