/**
 * The HTML of a letter made harmless, as the text of a page for a frame with an empty sandbox: no script, no form,
 * no style sheet, no picture from elsewhere, and no link, because nothing in that frame could ask before following
 * one. Links are numbered instead and listed beside the letter.
 */
import DOMPurify from "dompurify";
import { openable } from "../../src/parts/preview/addresses";

export interface Cleaned {
  /** A whole page. */
  readonly html: string;
  readonly links: readonly { readonly address: string; readonly words: string }[];
  readonly remoteImages: number;
}

const REMOVED = {
  USE_PROFILES: { html: true },
  ALLOW_DATA_ATTR: false,
  FORBID_TAGS: (
    "style form input button select textarea option optgroup datalist fieldset label meter progress output dialog " +
    "video audio source track picture map area link meta base template slot"
  ).split(" "),
  FORBID_ATTR: "action formaction background poster srcset ping target autofocus tabindex id name class is slot".split(" "),
};

/** Inert values of `style` only: nothing that names an address, escapes, or a position over the page. */
const STEERING = /url|image|expression|@|\\|\/\*|position|-moz-binding|behavior/i;

const POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";
const LOOK =
  "html{color-scheme:light;background:#fff;color:#1c1e24}body{margin:16px;font:14px/1.5 system-ui,sans-serif;" +
  "overflow-wrap:anywhere}img{max-width:100%;height:auto}table{max-width:100%}sup.at{color:#5b48d0;font-size:11px}";

/** `inline` leads from the content ids of the letter's own pictures to their `data:` addresses. */
export function cleanedHtml(html: string, inline: ReadonlyMap<string, string>): Cleaned {
  const page = new DOMParser().parseFromString(DOMPurify.sanitize(html, REMOVED), "text/html");
  const remoteImages = keepOwnPictures(page, inline);
  const links = numberLinks(page);
  for (const styled of page.body.querySelectorAll("[style]")) {
    if (STEERING.test(styled.getAttribute("style") ?? "")) styled.removeAttribute("style");
  }
  const head = `<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${POLICY}"><style>${LOOK}</style>`;
  return { html: `<!doctype html><html><head>${head}</head><body>${page.body.innerHTML}</body></html>`, links, remoteImages };
}

function keepOwnPictures(page: Document, inline: ReadonlyMap<string, string>): number {
  let remote = 0;
  for (const picture of page.body.querySelectorAll("img")) {
    const source = picture.getAttribute("src") ?? "";
    const own = /^cid:/i.test(source) ? inline.get(decoded(source.slice(4))) : /^data:image\//i.test(source) ? source : undefined;
    if (own !== undefined) picture.setAttribute("src", own);
    else {
      if (/^(https?:)?\/\//i.test(source.trim())) remote++;
      picture.replaceWith(page.createTextNode(picture.alt === "" ? "" : `[${picture.alt}]`));
    }
  }
  return remote;
}

function numberLinks(page: Document): Cleaned["links"] {
  const links: { address: string; words: string }[] = [];
  for (const link of page.body.querySelectorAll("a")) {
    const address = link.getAttribute("href") ?? "";
    const words = link.textContent.trim();
    link.removeAttribute("href");
    if (openable(address) === undefined) continue;
    links.push({ address, words });
    const at = page.createElement("sup");
    at.className = "at";
    at.textContent = `[${String(links.length)}]`;
    link.append(at);
  }
  return links;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
