/** Marks words in the text of a drawn page, over the pieces that pdf.js has cut it into. */
import { marksIn, placesOf } from "../text/finding";
import { element } from "../parts/element";

/** Lays marks over `needle` in a text layer and gives back the one that is looked at, if it is there. */
export function markIn(layer: HTMLElement, needle: string, current: number): HTMLElement | undefined {
  const spans = textSpans(layer);
  const places = placesOf(spans.map((span) => span.textContent).join(""), needle);
  let offset = 0;
  let pointed: HTMLElement | undefined;
  for (const span of spans) {
    const words = span.textContent;
    const parts: Node[] = [];
    let at = 0;
    for (const { start, end, index } of marksIn(places, offset, offset + words.length)) {
      const mark = element("mark", { class: index === current ? "current" : "" }, words.slice(start, end));
      if (index === current) pointed ??= mark;
      parts.push(document.createTextNode(words.slice(at, start)), mark);
      at = end;
    }
    if (parts.length > 0 || span.childElementCount > 0) span.replaceChildren(...parts, words.slice(at));
    offset += words.length;
  }
  return pointed;
}

/** The innermost pieces in reading order. Marked content wraps pieces without being one. */
function textSpans(layer: HTMLElement): HTMLElement[] {
  return [...layer.querySelectorAll<HTMLElement>("span")].filter((span) => !span.classList.contains("markedContent"));
}
