/** One row of a text as an element: its coloured pieces, and the marks of what was found, laid over each other. */
import { visible } from "../../src/lib/visible";
import { element } from "../parts/element";
import type { Mark } from "./finding";
import type { Token } from "./scanning";

export interface Piece {
  readonly start: number;
  readonly end: number;
  readonly kind: string | undefined;
  readonly mark: Mark | undefined;
}

/** Cuts `0` to `length` wherever a token or a mark begins or ends. Neither list overlaps in itself. */
export function piecesOf(length: number, tokens: readonly Token[], marks: readonly Mark[]): Piece[] {
  const cuts = new Set([0, length]);
  for (const { start, end } of [...tokens, ...marks]) cuts.add(start).add(end);
  const edges = [...cuts].sort((a, b) => a - b);
  let token = 0;
  let mark = 0;
  return edges.slice(0, -1).map((start, index) => {
    while ((tokens[token]?.end ?? Infinity) <= start) token++;
    while ((marks[mark]?.end ?? Infinity) <= start) mark++;
    return { start, end: edges[index + 1] ?? length, kind: over(tokens[token], start)?.kind, mark: over(marks[mark], start) };
  });
}

function over<Range extends { readonly start: number }>(range: Range | undefined, at: number): Range | undefined {
  return range !== undefined && range.start <= at ? range : undefined;
}

/** Tabs stay tabs; everything else that steers instead of being read is made visible. */
export function shownText(text: string): string {
  return text.split("\t").map(visible).join("\t");
}

export function rowElement(number: number, text: string, tokens: readonly Token[], marks: readonly Mark[]): HTMLElement {
  const line = element("span", { class: "line" });
  for (const { start, end, kind, mark } of piecesOf(text.length, tokens, marks)) {
    const piece = shownText(text.slice(start, end));
    const coloured = kind === undefined ? piece : element("span", { class: kind }, piece);
    line.append(mark === undefined ? coloured : element("mark", { "data-at": mark.index }, coloured));
  }
  if (text === "") line.append("\n");
  return element("div", { class: "row" }, element("span", { class: "no", "data-no": number === 0 ? "" : number }), line);
}
