/** Opens a document by ranges of its file. Nothing in it is run, and nothing beside it is fetched. */
import {
  getDocument,
  GlobalWorkerOptions,
  PasswordResponses,
  PDFDataRangeTransport,
  type PDFDocumentProxy,
} from "pdfjs-dist/build/pdf.mjs";
import workerCode from "virtual:pdf-worker";
import type { Page } from "../page";

/** Smaller documents come in one piece: one way there and back instead of several. */
const AT_ONCE = 1024 * 1024;
const RANGE = 256 * 1024;

class Ranges extends PDFDataRangeTransport {
  readonly #page: Page;
  readonly #failed: (error: unknown) => void;

  constructor(length: number, page: Page, failed: (error: unknown) => void) {
    super(length, null);
    this.#page = page;
    this.#failed = failed;
  }

  override requestDataRange(begin: number, end: number): void {
    this.#page.read(begin, end).then((bytes) => this.onDataRange(begin, bytes), this.#failed);
  }
}

/** Asked for a password until it fits; `isAgain` after one that did not. */
export type AskPassword = (isAgain: boolean) => Promise<string>;

export async function openDocument(size: number, page: Page, ask: AskPassword): Promise<PDFDocumentProxy> {
  startWorker();
  const whole = size <= AT_ONCE ? await page.read(0, size) : undefined;
  return new Promise((resolve, reject) => {
    const source = whole === undefined ? { range: new Ranges(size, page, reject) } : { data: whole };
    const loading = getDocument({
      ...source,
      rangeChunkSize: RANGE,
      disableAutoFetch: true,
      disableStream: true,
      isEvalSupported: false,
      useWasm: false,
      useWorkerFetch: false,
      useSystemFonts: true,
      enableXfa: false,
      stopAtErrors: false,
      verbosity: 0,
    });
    loading.onPassword = (answer: (password: string) => void, reason: number) => {
      ask(reason === PasswordResponses.INCORRECT_PASSWORD).then(answer, reject);
    };
    loading.promise.then(resolve, reject);
  });
}

function startWorker(): void {
  if (GlobalWorkerOptions.workerPort !== null) return;
  const address = URL.createObjectURL(new Blob([workerCode], { type: "text/javascript" }));
  GlobalWorkerOptions.workerPort = new Worker(address);
}
