/**
 * The rows of a text in blocks of 200, of which only those near the view hold elements. The others keep their height,
 * so a text of a million lines costs no more than what is looked at.
 */
import { element } from "../parts/element";
import { marksIn, NOWHERE, type Places } from "./finding";
import type { Language, Span } from "./languages";
import { rowElement } from "./row";
import { rowAt, type Rows } from "./rows";
import { scan, type Token } from "./scanning";

const ROWS = 200;
const ROW_HEIGHT = 20;
const NEAR = "1200px 0px";

export class Blocks {
  readonly element = element("div", { class: "rows" });
  readonly #language: Language | undefined;
  readonly #observer: IntersectionObserver;
  #text = "";
  #rows: Rows = { starts: [], ends: [], numbers: [] };
  #places: Places = NOWHERE;
  /** What is open where a block begins, as far as the text has been scanned. */
  #opens: (Span | undefined)[] = [undefined];
  #current = -1;

  constructor(scrolled: HTMLElement, language: Language | undefined) {
    this.#language = language;
    const watched = { root: scrolled, rootMargin: NEAR };
    this.#observer = new IntersectionObserver((entries) => entries.forEach((entry) => this.#seen(entry)), watched);
  }

  set(text: string, rows: Rows): void {
    this.#text = text;
    this.#rows = rows;
    this.#opens = [undefined];
    this.element.style.setProperty("--digits", String(String(rows.numbers.findLast((each) => each > 0) ?? 1).length));
    this.#relay();
  }

  mark(places: Places): void {
    this.#places = places;
    this.#current = -1;
    for (const block of this.element.children) if (block.childElementCount > 0) this.#fill(block as HTMLElement);
  }

  go(index: number): void {
    this.#current = index;
    const row = rowAt(this.#rows, this.#places.starts[index] ?? 0);
    const block = this.element.children[Math.floor(row / ROWS)] as HTMLElement | undefined;
    if (block === undefined) return;
    this.element.querySelector("mark.current")?.classList.remove("current");
    this.#fill(block);
    block.querySelector("mark.current")?.scrollIntoView({ block: "center", inline: "nearest" });
  }

  /** Heights that were measured hold no longer, as after turning wrapping on or off. */
  forgetHeights(): void {
    [...this.element.children].forEach((block, index) => this.#estimate(block as HTMLElement, index));
  }

  #relay(): void {
    const count = Math.ceil(this.#rows.starts.length / ROWS);
    const kept = [...this.element.children] as HTMLElement[];
    kept.slice(count).forEach((block) => block.remove());
    kept.slice(0, count).forEach((block, index) => {
      if (block.childElementCount > 0) this.#fill(block);
      else this.#estimate(block, index);
    });
    for (let index = kept.length; index < count; index++) {
      const block = element("div", { class: "block", "data-index": index });
      this.#estimate(block, index);
      this.element.append(block);
      this.#observer.observe(block);
    }
  }

  #estimate(block: HTMLElement, index: number): void {
    const rows = Math.min(ROWS, this.#rows.starts.length - index * ROWS);
    if (block.childElementCount === 0) block.style.height = `${String(rows * ROW_HEIGHT)}px`;
  }

  #seen({ target, isIntersecting, boundingClientRect }: IntersectionObserverEntry): void {
    const block = target as HTMLElement;
    if (isIntersecting) {
      if (block.childElementCount === 0) this.#fill(block);
      return;
    }
    if (block.childElementCount === 0) return;
    this.#widen();
    block.style.height = `${String(boundingClientRect.height)}px`;
    block.replaceChildren();
  }

  /** What was wide stays wide, or the sideways scroll would jump when a long row leaves. */
  #widen(): void {
    this.element.style.minWidth = this.element.classList.contains("wrapped") ? "" : `${String(this.element.scrollWidth)}px`;
  }

  #fill(block: HTMLElement): void {
    const index = Number(block.dataset.index);
    const last = Math.min((index + 1) * ROWS, this.#rows.starts.length);
    let open = this.#openAt(index);
    const rows: HTMLElement[] = [];
    for (let row = index * ROWS; row < last; row++) {
      const start = this.#rows.starts[row] ?? 0;
      const end = this.#rows.ends[row] ?? start;
      const line = this.#text.slice(start, end);
      const scanned = this.#scan(line, open);
      open = scanned.open;
      rows.push(rowElement(this.#rows.numbers[row] ?? 0, line, scanned.tokens, marksIn(this.#places, start, end)));
    }
    block.replaceChildren(...rows);
    block.style.height = "";
    block.querySelector(`mark[data-at="${String(this.#current)}"]`)?.classList.add("current");
  }

  #openAt(index: number): Span | undefined {
    for (let block = this.#opens.length; block <= index; block++) {
      let open = this.#opens[block - 1];
      for (let row = (block - 1) * ROWS; row < block * ROWS; row++) {
        open = this.#scan(this.#text.slice(this.#rows.starts[row], this.#rows.ends[row]), open).open;
      }
      this.#opens.push(open);
    }
    return this.#opens[index];
  }

  #scan(line: string, open: Span | undefined): { tokens: readonly Token[]; open: Span | undefined } {
    return this.#language === undefined ? { tokens: [], open } : scan(line, this.#language, open);
  }
}
