/** Starts the preview frame: waits for the page to name a file, and shows it by its kind. */
import type { Shown } from "../src/parts/preview/protocol";
import style from "./look/index.css?inline";
import tokens from "../src/styles/tokens.css?inline";
import { showMail } from "./mail/viewer";
import { showMarkdown } from "./markdown/viewer";
import { Page } from "./page";
import { trouble } from "./parts/trouble";
import { showPdf } from "./pdf/door";
import { showText } from "./text/viewer";

type Show = (shown: Shown, page: Page, root: HTMLElement) => Promise<void>;

const SHOW: Readonly<Record<Shown["kind"], Show>> = {
  text: showText,
  markdown: showMarkdown,
  mail: showMail,
  pdf: showPdf(document.currentScript),
};

function dress(): void {
  const sheet = document.createElement("style");
  sheet.textContent = tokens + style;
  document.head.append(sheet);
}

async function show(shown: Shown, page: Page): Promise<void> {
  document.documentElement.lang = shown.language;
  document.documentElement.dataset.theme = shown.theme;
  const root = document.body;
  root.replaceChildren();
  try {
    await SHOW[shown.kind](shown, page, root);
  } catch (error) {
    root.replaceChildren(trouble(error, () => void show(shown, page)));
  }
  page.tell({ type: "shown" });
}

dress();
const page = new Page(window.parent);
window.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.defaultPrevented) page.tell({ type: "key", key: event.key });
});
page.listen({
  show: (shown) => void show(shown, page),
  look: (theme) => (document.documentElement.dataset.theme = theme),
});
