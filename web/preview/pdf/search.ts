/** Finds words in all pages of a document, page by page, so that the first places are known before the last page is read. */
import type { PDFDocumentProxy } from "pdfjs-dist/build/pdf.mjs";
import { placesOf } from "../text/finding";

export interface Place {
  readonly page: number;
  /** Which of the page's places. */
  readonly index: number;
}

const MOST = 2000;

export class Search {
  readonly #document: PDFDocumentProxy;
  readonly #texts: (Promise<string> | undefined)[] = [];
  #turn = 0;

  constructor(document: PDFDocumentProxy) {
    this.#document = document;
  }

  /** Nothing when another search has begun meanwhile. */
  async find(needle: string): Promise<{ places: Place[]; isCut: boolean } | undefined> {
    const turn = ++this.#turn;
    const places: Place[] = [];
    if (needle === "") return { places, isCut: false };
    for (let page = 1; page <= this.#document.numPages; page++) {
      const text = await this.#textOf(page);
      if (turn !== this.#turn) return undefined;
      placesOf(text, needle).starts.forEach((_, index) => places.push({ page, index }));
      if (places.length >= MOST) return { places, isCut: true };
    }
    return { places, isCut: false };
  }

  /** Joined as the text layer joins it, so that places here are places there. */
  #textOf(number: number): Promise<string> {
    return (this.#texts[number] ??= this.#read(number));
  }

  async #read(number: number): Promise<string> {
    const page = await this.#document.getPage(number);
    const { items } = await page.getTextContent();
    return items.map((item) => ("str" in item ? item.str : "")).join("");
  }
}
