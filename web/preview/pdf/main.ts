/** The second script of the frame: reads PDF. */
import "./newer_language";
import { preview as text } from "../../src/lib/text/preview";
import { element } from "../parts/element";
import { notice } from "../parts/trouble";
import { openDocument } from "./document";
import type { ShowPdf } from "./door";
import { DocumentView } from "./viewer";

const UNREADABLE = ["InvalidPDFException", "UnknownErrorException", "FormatError"];

const show: ShowPdf = async (shown, page, root) => {
  try {
    const document = await openDocument(shown.size, page, (isAgain) => password(root, isAgain));
    const view = new DocumentView(document, page, shown.name);
    root.replaceChildren(view.element);
    await view.start();
  } catch (error) {
    if (!(error instanceof Error) || !UNREADABLE.includes(error.name)) throw error;
    root.replaceChildren(notice(text.notPdf, text.notPdfWhy));
  }
};

/** Forms cannot be sent from a sandboxed frame, so Enter and the button do the same by hand. */
function password(root: HTMLElement, isAgain: boolean): Promise<string> {
  return new Promise((resolve) => {
    const field = element("input", { type: "password", autocomplete: "off", "aria-label": text.unlock });
    const unlock = element("button", { type: "button", onclick: () => resolve(field.value) }, text.unlock);
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") resolve(field.value);
    });
    root.replaceChildren(notice(isAgain ? text.wrongPassword : text.password, undefined, field, unlock));
    field.focus();
  });
}

globalThis.mosaicfsPdf = show;
