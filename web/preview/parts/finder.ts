/** The field to find words in a preview. What is found, and where, is the viewer's matter. */
import { preview as text } from "../../src/lib/text/preview";
import { button, element } from "./element";

export interface Found {
  readonly count: number;
  /** There are more than were counted. */
  readonly isCut: boolean;
}

export interface Findable {
  /** Marks all places of `needle`; an empty one takes the marks away. */
  readonly find: (needle: string) => Promise<Found>;
  readonly go: (index: number) => void;
}

const PAUSE_MS = 150;

export class Finder {
  readonly element: HTMLElement;
  readonly #target: Findable;
  readonly #field: HTMLInputElement;
  readonly #count = element("span", { class: "count", role: "status" });
  #found: Found = { count: 0, isCut: false };
  #at = 0;
  #asked = 0;
  #timer = 0;

  constructor(target: Findable) {
    this.#target = target;
    this.#field = element("input", { type: "search", placeholder: text.find, "aria-label": text.findIn });
    this.#field.addEventListener("input", () => this.#later());
    this.#field.addEventListener("keydown", (event) => this.#pressed(event));
    const back = button("↑", () => this.#step(-1), { "aria-label": text.previous, class: "square" });
    const on = button("↓", () => this.#step(1), { "aria-label": text.next, class: "square" });
    this.element = element("div", { class: "finder", role: "search" }, this.#field, this.#count, back, on);
    window.addEventListener("keydown", (event) => this.#called(event));
  }

  /** The text has grown: the same words again, without moving. */
  async again(): Promise<void> {
    if (this.#field.value !== "") await this.#search(false);
  }

  #called(event: KeyboardEvent): void {
    if (event.key !== "f" || !(event.ctrlKey || event.metaKey) || !this.element.isConnected) return;
    event.preventDefault();
    this.#field.focus();
    this.#field.select();
  }

  #pressed(event: KeyboardEvent): void {
    if (event.key === "Enter") this.#step(event.shiftKey ? -1 : 1);
    if (event.key !== "Escape" || this.#field.value === "") return;
    event.preventDefault();
    this.#field.value = "";
    void this.#search(false);
  }

  #later(): void {
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.#search(true), PAUSE_MS);
  }

  async #search(isNew: boolean): Promise<void> {
    const asked = ++this.#asked;
    const found = await this.#target.find(this.#field.value);
    if (asked !== this.#asked) return;
    this.#found = found;
    if (isNew) this.#at = 0;
    this.#say();
    if (isNew && found.count > 0) this.#target.go(0);
  }

  #step(by: number): void {
    const { count } = this.#found;
    if (count === 0) return;
    this.#at = (this.#at + by + count) % count;
    this.#say();
    this.#target.go(this.#at);
  }

  #say(): void {
    const { count, isCut } = this.#found;
    if (this.#field.value === "") this.#count.textContent = "";
    else if (count === 0) this.#count.textContent = text.notFound;
    else this.#count.textContent = (isCut ? text.foundMany : text.found)(this.#at + 1, count);
  }
}
