/** Markdown, rendered or as its source. */
import { preview as text } from "../../src/lib/text/preview";
import type { Shown } from "../../src/parts/preview/protocol";
import type { Page } from "../page";
import { bar, element, toggle } from "../parts/element";
import { decode, looksBinary } from "../text/decoding";
import { showText, sourceOf } from "../text/viewer";
import { renderedMarkdown } from "./rendering";

export async function showMarkdown(shown: Shown, page: Page, root: HTMLElement): Promise<void> {
  if (shown.size === 0) return showText(shown, page, root);
  const bytes = await page.read(0, shown.size);
  if (looksBinary(bytes)) return showText(shown, page, root);
  const source = decode(bytes, true).text;
  const read = element("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": shown.name });
  read.append(renderedMarkdown(source));
  read.addEventListener("click", (event) => followed(event, read, page));
  const below = element("div", { class: "below" }, read);
  const flip = toggle(text.source, false, (isOn) => below.replaceChildren(isOn ? sourceOf(shown.name, source) : read));
  root.replaceChildren(element("div", { class: "view" }, bar(flip), below));
}

/** A link inside the document moves to its heading; every other one is the page's to ask about. */
function followed(event: MouseEvent, read: HTMLElement, page: Page): void {
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  if (link === null) return;
  event.preventDefault();
  const address = link.getAttribute("href") ?? "";
  if (!address.startsWith("#")) return page.tell({ type: "link", address });
  const slug = decodeURIComponent(address.slice(1)).toLowerCase();
  const heading = [...read.querySelectorAll<HTMLElement>("[data-slug]")].find((each) => each.dataset.slug === slug);
  heading?.scrollIntoView({ block: "start" });
}
