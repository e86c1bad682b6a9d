/** A document as a column of pages, drawn when seen. */
import type { PDFDocumentProxy } from "pdfjs-dist/build/pdf.mjs";
import { preview as text } from "../../src/lib/text/preview";
import type { Page } from "../page";
import { bar, button, element } from "../parts/element";
import { Finder, type Found } from "../parts/finder";
import { Search, type Place } from "./search";
import { Sheet } from "./sheet";

const NEAR = "800px 0px";
const MARGIN = 32;
const STEPS = 1.25;
const LEAST = 0.25;
const MOST = 5;

interface Size {
  readonly width: number;
  readonly height: number;
}

export class DocumentView {
  readonly element: HTMLElement;
  readonly #document: PDFDocumentProxy;
  readonly #scrolled: HTMLElement;
  readonly #sheets: readonly Sheet[];
  readonly #search: Search;
  readonly #place = element("span", { class: "count", role: "status" });
  readonly #near: IntersectionObserver;
  readonly #seen: IntersectionObserver;
  #first: Size = { width: 612, height: 792 };
  #places: readonly Place[] = [];
  #scale = 1;
  /** Following the width until somebody chooses a scale. */
  #fits = true;

  constructor(document: PDFDocumentProxy, page: Page, name: string) {
    this.#document = document;
    this.#search = new Search(document);
    const followed = {
      outside: (address: string) => page.tell({ type: "link", address }),
      inside: (destination: unknown) => void this.#follow(destination),
    };
    this.#sheets = Array.from({ length: document.numPages }, (_, index) => {
      return new Sheet(document, index + 1, followed, text.page(index + 1, document.numPages));
    });
    const column = element("div", { class: "column" }, ...this.#sheets.map((sheet) => sheet.element));
    this.#scrolled = element("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": name }, column);
    const finder = new Finder({ find: (needle) => this.#find(needle), go: (index) => this.#go(index) });
    this.element = element("div", { class: "view pdf" }, bar(finder.element, this.#place, ...this.#zooms()), this.#scrolled);
    this.#near = new IntersectionObserver((entries) => this.#draw(entries), { root: this.#scrolled, rootMargin: NEAR });
    this.#seen = new IntersectionObserver((entries) => this.#say(entries), { root: this.#scrolled, rootMargin: "-49% 0px -49% 0px" });
  }

  async start(): Promise<void> {
    const first = await this.#document.getPage(1);
    this.#first = first.getViewport({ scale: 1 });
    this.#rescale(this.#fitting());
    for (const sheet of this.#sheets) {
      this.#near.observe(sheet.element);
      this.#seen.observe(sheet.element);
    }
    new ResizeObserver(() => this.#resized()).observe(this.#scrolled);
  }

  #zooms(): HTMLElement[] {
    return [
      button("−", () => this.#zoom(1 / STEPS), { class: "square", "aria-label": text.zoomOut }),
      button("+", () => this.#zoom(STEPS), { class: "square", "aria-label": text.zoomIn }),
      button("↔", () => this.#fit(), { class: "square", "aria-label": text.fitWidth, title: text.fitWidth }),
    ];
  }

  #fit(): void {
    this.#fits = true;
    this.#rescale(this.#fitting());
  }

  #fitting(): number {
    return Math.max(LEAST, Math.min(2, (this.#scrolled.clientWidth - MARGIN) / this.#first.width));
  }

  #zoom(by: number): void {
    this.#fits = false;
    this.#rescale(Math.max(LEAST, Math.min(MOST, this.#scale * by)));
  }

  #resized(): void {
    const fitting = this.#fitting();
    if (this.#fits && Math.abs(fitting - this.#scale) > 0.01) this.#rescale(fitting);
  }

  #rescale(scale: number): void {
    const at = this.#scrolled.scrollTop / Math.max(1, this.#scrolled.scrollHeight);
    this.#scale = scale;
    for (const sheet of this.#sheets) {
      sheet.clear();
      sheet.size(this.#first.width, this.#first.height, scale);
    }
    this.#scrolled.scrollTop = at * this.#scrolled.scrollHeight;
    for (const { element: each } of this.#sheets) {
      this.#near.unobserve(each);
      this.#near.observe(each);
    }
  }

  #sheetOf(each: Element): Sheet | undefined {
    return this.#sheets[Number((each as HTMLElement).dataset.page) - 1];
  }

  #draw(entries: readonly IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of entries) {
      const sheet = this.#sheetOf(target);
      if (!isIntersecting) sheet?.clear();
      else void sheet?.draw().catch((error: unknown) => this.#unreadable(target, error));
    }
  }

  /** One bad page is said on that page; the others are read all the same. */
  #unreadable(sheet: Element, error: unknown): void {
    sheet.replaceChildren(element("p", { class: "said", role: "note" }, error instanceof Error ? error.message : String(error)));
  }

  #say(entries: readonly IntersectionObserverEntry[]): void {
    const seen = entries.find((entry) => entry.isIntersecting)?.target as HTMLElement | undefined;
    if (seen !== undefined) this.#place.textContent = text.page(Number(seen.dataset.page), this.#sheets.length);
  }

  async #find(needle: string): Promise<Found> {
    for (const sheet of this.#sheets) sheet.mark(needle);
    const found = await this.#search.find(needle);
    if (found !== undefined) this.#places = found.places;
    return { count: this.#places.length, isCut: found?.isCut ?? false };
  }

  #go(index: number): void {
    const place = this.#places[index];
    if (place === undefined) return;
    this.#sheets.forEach((sheet, at) => sheet.point(at + 1 === place.page ? place.index : -1));
    const { element: each } = this.#sheets[place.page - 1] ?? {};
    if (each?.querySelector("mark.current") === null) each.scrollIntoView({ block: "nearest" });
  }

  async #follow(destination: unknown): Promise<void> {
    const explicit = typeof destination === "string" ? await this.#document.getDestination(destination) : destination;
    const target: unknown = Array.isArray(explicit) ? explicit[0] : undefined;
    if (typeof target !== "object" || target === null) return;
    const index = await this.#document.getPageIndex(target as Parameters<PDFDocumentProxy["getPageIndex"]>[0]);
    this.#sheets[index]?.element.scrollIntoView({ block: "start" });
  }
}
