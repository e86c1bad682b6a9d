/** Text and source: the first part at once, more on demand, with numbers, colours, wrapping and a field to find. */
import { preview as text } from "../../src/lib/text/preview";
import { size as sizeOf } from "../../src/lib/sizes";
import type { Shown } from "../../src/parts/preview/protocol";
import type { Page } from "../page";
import { bar, button, element, toggle } from "../parts/element";
import { Finder, type Found } from "../parts/finder";
import { notice } from "../parts/trouble";
import { Blocks } from "./blocks";
import { decode, looksBinary } from "./decoding";
import { placesOf } from "./finding";
import { formattedJson } from "./formatting";
import { languageOf } from "./languages";
import { rowsOf } from "./rows";

const STEP = 1024 * 1024;
/** Past this a browser draws the end of a page no longer where it is. */
const MOST = 32 * STEP;

/** The text of a file as far as it is loaded. */
class Loaded {
  text = "";
  readonly #size: number;
  readonly #page: Page;
  #bytes = new Uint8Array();

  constructor({ size }: Shown, page: Page) {
    this.#size = size;
    this.#page = page;
  }

  get length(): number {
    return this.#bytes.length;
  }

  get isWhole(): boolean {
    return this.#bytes.length >= this.#size;
  }

  get isBinary(): boolean {
    return looksBinary(this.#bytes);
  }

  async more(): Promise<void> {
    const next = await this.#page.read(this.length, Math.min(this.#size, this.length + STEP));
    const joined = new Uint8Array(this.length + next.length);
    joined.set(this.#bytes);
    joined.set(next, this.length);
    this.#bytes = joined;
    this.text = decode(joined, this.isWhole).text;
  }
}

export async function showText(shown: Shown, page: Page, root: HTMLElement): Promise<void> {
  const loaded = new Loaded(shown, page);
  await loaded.more();
  const draw = () => root.replaceChildren(new TextView(shown, loaded).element);
  if (shown.size === 0) root.replaceChildren(notice(text.empty, undefined));
  else if (loaded.isBinary) root.replaceChildren(notice(text.notText, text.notTextWhy, button(text.showAnyway, draw)));
  else draw();
}

/** What the Markdown page shows as its source: a text that is loaded as a whole. */
export function sourceOf(name: string, source: string): HTMLElement {
  return new TextView({ name, size: 0 }, { text: source, length: 0, isWhole: true, more: () => Promise.resolve() }).element;
}

type Source = Pick<Loaded, "text" | "length" | "isWhole" | "more">;

class TextView {
  readonly element: HTMLElement;
  readonly #loaded: Source;
  readonly #size: number;
  readonly #blocks: Blocks;
  readonly #finder: Finder;
  readonly #foot = element("div", { class: "foot" });
  #shown = "";

  constructor({ name, size }: Pick<Shown, "name" | "size">, loaded: Source) {
    this.#loaded = loaded;
    this.#size = size;
    const scrolled = element("div", { class: "scroll code", tabindex: 0, role: "region", "aria-label": name });
    this.#blocks = new Blocks(scrolled, languageOf(name));
    scrolled.append(this.#blocks.element, this.#foot);
    this.#finder = new Finder({ find: (needle) => this.#find(needle), go: (index) => this.#blocks.go(index) });
    const wrap = toggle(text.wrap, false, (isOn) => this.#wrap(isOn));
    this.element = element("div", { class: "view" }, bar(this.#finder.element, wrap, this.#formatting(name)), scrolled);
    this.#draw(loaded.text);
  }

  #draw(shown: string): void {
    this.#shown = shown;
    this.#blocks.set(shown, rowsOf(shown));
    this.#foot.replaceChildren(...this.#rest());
    void this.#finder.again();
  }

  /** Offered where all of it is there and it is JSON that somebody has pressed together. */
  #formatting(name: string): HTMLElement | undefined {
    if (!/json$/i.test(name) || !this.#loaded.isWhole) return undefined;
    const formatted = formattedJson(this.#loaded.text);
    if (formatted === undefined || formatted === this.#loaded.text.trim()) return undefined;
    return toggle(text.formatted, false, (isOn) => this.#draw(isOn ? formatted : this.#loaded.text));
  }

  #wrap(isOn: boolean): void {
    this.#blocks.element.classList.toggle("wrapped", isOn);
    this.#blocks.element.style.minWidth = "";
    this.#blocks.forgetHeights();
  }

  #find(needle: string): Promise<Found> {
    const places = placesOf(this.#shown, needle);
    this.#blocks.mark(places);
    return Promise.resolve({ count: places.starts.length, isCut: places.isCut });
  }

  #rest(): HTMLElement[] {
    if (this.#loaded.isWhole) return [];
    const so = element("span", {}, text.loadedOf(sizeOf(this.#loaded.length), sizeOf(this.#size)));
    if (this.#loaded.length >= MOST) return [so, element("span", {}, text.enough)];
    const step = Math.min(STEP, this.#size - this.#loaded.length);
    const more = button(text.more(sizeOf(step)), () => void this.#more(more));
    return [so, more];
  }

  async #more(pressed: HTMLButtonElement): Promise<void> {
    pressed.disabled = true;
    try {
      await this.#loaded.more();
      this.#draw(this.#loaded.text);
    } catch (error) {
      pressed.disabled = false;
      pressed.after(element("span", { role: "alert" }, error instanceof Error ? error.message : String(error)));
    }
  }
}
