/** Loads the reader of PDF when the first one is looked at: text and letters need not wait for its code. */
import type { Shown } from "../../src/parts/preview/protocol";
import type { Page } from "../page";

export type ShowPdf = (shown: Shown, page: Page, root: HTMLElement) => Promise<void>;

declare global {
  var mosaicfsPdf: ShowPdf | undefined;
}

/** `started` is the element that started the frame; it names the second script. */
export function showPdf(started: Document["currentScript"]): ShowPdf {
  const address = started instanceof HTMLScriptElement ? started.dataset.pdf : undefined;
  return async (shown, page, root) => {
    if (globalThis.mosaicfsPdf === undefined) await loaded(address ?? "");
    await globalThis.mosaicfsPdf?.(shown, page, root);
  };
}

function loaded(address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.addEventListener("load", () => resolve());
    script.addEventListener("error", () => reject(new Error("The reader of PDF files did not load.")));
    document.head.append(script);
  });
}
