/** The frame's line to the page: the only way that bytes come in and wishes go out. */
import { fromPage, LONGEST_READ, type Shown, type Theme, type ToPage } from "../src/parts/preview/protocol";

export interface Listener {
  readonly show: (shown: Shown) => void;
  readonly look: (theme: Theme) => void;
}

interface Waiting {
  readonly resolve: (bytes: Uint8Array<ArrayBuffer>) => void;
  readonly reject: (error: Error) => void;
}

export class Page {
  readonly #parent: Window;
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;

  constructor(parent: Window) {
    this.#parent = parent;
  }

  listen(listener: Listener): void {
    window.addEventListener("message", (event) => {
      if (event.source !== this.#parent) return;
      const message = fromPage(event.data);
      if (message?.type === "show") listener.show(message);
      if (message?.type === "look") listener.look(message.theme);
      if (message?.type === "bytes") this.#taken(message.request)?.resolve(new Uint8Array(message.bytes));
      if (message?.type === "unread") this.#taken(message.request)?.reject(new Error(message.reason));
    });
    this.tell({ type: "ready" });
  }

  /** The frame has no origin, so it cannot name the page's; only our own origin may hold it (`frame-ancestors`). */
  tell(message: ToPage, moved: Transferable[] = []): void {
    this.#parent.postMessage(message, "*", moved);
  }

  /** Bytes `start` to before `end` of the file, or an error that says why not. */
  async read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
    if (end - start <= LONGEST_READ) return this.#piece(start, end);
    const whole = new Uint8Array(end - start);
    for (let at = start; at < end; at += LONGEST_READ) {
      whole.set(await this.#piece(at, Math.min(end, at + LONGEST_READ)), at - start);
    }
    return whole;
  }

  #piece(start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
    if (start >= end) return Promise.resolve(new Uint8Array());
    const request = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(request, { resolve, reject });
      this.tell({ type: "read", request, start, end });
    });
  }

  #taken(request: number): Waiting | undefined {
    const waiting = this.#waiting.get(request);
    this.#waiting.delete(request);
    return waiting;
  }
}
