/**
 * The page's half of the talk with one frame. It answers requests for ranges of one file and hands on wishes; a frame
 * that has been taken over by its file gets nothing else out of it.
 */
import { reasonOf } from "./reading";
import { fromFrame, servable, type Shown, type Span, type Theme, type ToFrame } from "./protocol";

export interface Wishes {
  readonly shown: () => void;
  readonly link: (address: string) => void;
  readonly save: (name: string, bytes: ArrayBuffer) => void;
  readonly key: (key: string) => void;
}

export interface Partner {
  /** The frame's window as long as it is there; messages of all others are not heard. */
  readonly frame: () => Window | null;
  readonly read: (start: number, end: number, signal: AbortSignal) => Promise<ArrayBuffer>;
  readonly wishes: Wishes;
}

type Asked = Span & { readonly request: number };

const AT_ONCE = 4;
const WAITING = 2000;

export class Conversation {
  readonly #partner: Partner;
  readonly #ended = new AbortController();
  readonly #queue: Asked[] = [];
  #shown: Shown;
  #running = 0;

  constructor(shown: Shown, partner: Partner) {
    this.#shown = shown;
    this.#partner = partner;
    window.addEventListener("message", (event) => this.#heard(event), { signal: this.#ended.signal });
  }

  look(theme: Theme): void {
    this.#shown = { ...this.#shown, theme };
    this.#tell({ type: "look", theme });
  }

  end(): void {
    this.#ended.abort();
  }

  #heard(event: MessageEvent): void {
    const frame = this.#partner.frame();
    if (frame === null || event.source !== frame) return;
    const message = fromFrame(event.data);
    const { wishes } = this.#partner;
    if (message?.type === "ready") this.#tell({ type: "show", ...this.#shown });
    if (message?.type === "read" && this.#queue.length < WAITING) this.#ask(message);
    if (message?.type === "shown") wishes.shown();
    if (message?.type === "link") wishes.link(message.address);
    if (message?.type === "save") wishes.save(message.name, message.bytes);
    if (message?.type === "key") wishes.key(message.key);
  }

  #ask(asked: Asked): void {
    this.#queue.push(asked);
    if (this.#running < AT_ONCE) void this.#serve();
  }

  async #serve(): Promise<void> {
    this.#running++;
    for (let next = this.#queue.shift(); next !== undefined && !this.#ended.signal.aborted; next = this.#queue.shift()) {
      await this.#answer(next);
    }
    this.#running--;
  }

  async #answer({ request, ...asked }: Asked): Promise<void> {
    const span = servable(asked, this.#shown.size);
    try {
      const bytes = span === undefined ? new ArrayBuffer() : await this.#partner.read(span.start, span.end, this.#ended.signal);
      this.#tell({ type: "bytes", request, bytes }, [bytes]);
    } catch (error) {
      this.#tell({ type: "unread", request, reason: reasonOf(error).slice(0, 1000) });
    }
  }

  /** The frame's origin is opaque, so no address can be named; the window is the one that we made. */
  #tell(message: ToFrame, moved: Transferable[] = []): void {
    if (!this.#ended.signal.aborted) this.#partner.frame()?.postMessage(message, "*", moved);
  }
}
