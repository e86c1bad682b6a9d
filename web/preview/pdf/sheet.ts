/** One page of a document: its canvas, its text to select, and its links. Drawn when seen, emptied when far away. */
import { AnnotationMode, TextLayer, type PDFDocumentProxy, type PDFPageProxy } from "pdfjs-dist/build/pdf.mjs";
import { element } from "../parts/element";
import { markIn } from "./marks";

export interface Followed {
  readonly outside: (address: string) => void;
  readonly inside: (destination: unknown) => void;
}

/** A canvas of more points than this is drawn coarser; phones refuse it. */
const MOST_POINTS = 16_000_000;

export class Sheet {
  readonly element: HTMLElement;
  readonly #document: PDFDocumentProxy;
  readonly #number: number;
  readonly #followed: Followed;
  #scale = 1;
  #drawn = 0;
  #isDrawn = false;
  #stop: (() => void) | undefined;
  #needle = "";
  #current = -1;
  #texts: HTMLElement | undefined;

  constructor(document: PDFDocumentProxy, number: number, followed: Followed, label: string) {
    this.#document = document;
    this.#number = number;
    this.#followed = followed;
    this.element = element("div", { class: "sheet", role: "region", "aria-label": label, "data-page": number });
  }

  /** Width and height at scale 1; true of the first page and taken for all until they are read. */
  size(width: number, height: number, scale: number): void {
    this.#scale = scale;
    this.element.style.width = `${String(Math.floor(width * scale))}px`;
    this.element.style.height = `${String(Math.floor(height * scale))}px`;
    this.element.style.setProperty("--total-scale-factor", String(scale));
  }

  async draw(): Promise<void> {
    if (this.#isDrawn) return;
    this.#isDrawn = true;
    const turn = ++this.#drawn;
    const page = await this.#document.getPage(this.#number);
    if (turn !== this.#drawn) return;
    const natural = page.getViewport({ scale: 1 });
    this.size(natural.width, natural.height, this.#scale);
    const canvas = this.#canvas(page);
    const links = await this.#links(page);
    if (turn !== this.#drawn) return;
    this.element.replaceChildren(canvas, ...links);
    await this.#write(page, turn);
  }

  clear(): void {
    this.#drawn++;
    this.#isDrawn = false;
    this.#stop?.();
    this.#texts = undefined;
    this.element.replaceChildren();
  }

  mark(needle: string): void {
    this.#needle = needle;
    this.#current = -1;
    this.#remark();
  }

  /** Which of this page's places is looked at; -1 for none. */
  point(index: number): void {
    this.#current = index;
    this.#remark();
  }

  #remark(): void {
    if (this.#texts === undefined) return;
    const current = markIn(this.#texts, this.#needle, this.#current);
    current?.scrollIntoView({ block: "center", inline: "nearest" });
  }

  #canvas(page: PDFPageProxy): HTMLCanvasElement {
    const viewport = page.getViewport({ scale: this.#scale });
    const fits = Math.sqrt(MOST_POINTS / (viewport.width * viewport.height));
    const density = Math.min(window.devicePixelRatio || 1, fits);
    const canvas = element("canvas", { "aria-hidden": "true" });
    canvas.width = Math.floor(viewport.width * density);
    canvas.height = Math.floor(viewport.height * density);
    const transform = [density, 0, 0, density, 0, 0];
    const task = page.render({ canvas, viewport, transform, annotationMode: AnnotationMode.ENABLE });
    this.#stop = () => task.cancel();
    task.promise.catch(() => undefined);
    return canvas;
  }

  async #write(page: PDFPageProxy, turn: number): Promise<void> {
    const container = element("div", { class: "textLayer" });
    const viewport = page.getViewport({ scale: this.#scale });
    const layer = new TextLayer({ textContentSource: page.streamTextContent(), container, viewport });
    await layer.render();
    if (turn !== this.#drawn) return;
    this.#texts = container;
    this.element.querySelector("canvas")?.after(container);
    this.#remark();
  }

  async #links(page: PDFPageProxy): Promise<HTMLElement[]> {
    const viewport = page.getViewport({ scale: this.#scale });
    const annotations: readonly LinkAnnotation[] = await page.getAnnotations();
    return annotations.flatMap((annotation) => {
      const { subtype, rect, url, dest } = annotation;
      if (subtype !== "Link" || rect === undefined || (url === undefined && dest === undefined)) return [];
      const follow = () => (url === undefined ? this.#followed.inside(dest) : this.#followed.outside(url));
      const made = element("button", { type: "button", class: "pdf-link", title: url ?? "", "aria-label": url ?? "", onclick: follow });
      const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = viewport.convertToViewportRectangle([...rect]) as number[];
      const box = { left: Math.min(x1, x2), top: Math.min(y1, y2), width: Math.abs(x2 - x1), height: Math.abs(y2 - y1) };
      for (const [side, value] of Object.entries(box)) made.style.setProperty(side, `${String(value)}px`);
      return [made];
    });
  }
}

interface LinkAnnotation {
  readonly subtype?: string;
  readonly rect?: readonly number[];
  readonly url?: string;
  readonly dest?: unknown;
}
