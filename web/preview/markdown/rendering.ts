/**
 * Markdown to elements: HTML in it stays text, pictures become their words, and what comes out is cleaned once more
 * before it is put on the page.
 */
import DOMPurify from "dompurify";
import MarkdownIt from "markdown-it";
import { preview as text } from "../../src/lib/text/preview";
import { languageOf } from "../text/languages";
import { piecesOf, shownText } from "../text/row";
import { element } from "../parts/element";
import { scan } from "../text/scanning";

const markdown = new MarkdownIt({ html: false, linkify: true });

/** Only pictures that lie in the document itself are drawn; no other could be loaded, and none may be asked for. */
markdown.renderer.rules.image = (tokens, index) => {
  const token = tokens[index];
  const alt = markdown.utils.escapeHtml(token?.content ?? "");
  const source = String(token?.attrGet("src") ?? "");
  if (/^data:image\/(png|gif|jpeg|webp);base64,/i.test(source))
    return `<img alt="${alt}" src="${markdown.utils.escapeHtml(source)}">`;
  return `<span class="picture">${markdown.utils.escapeHtml(text.image(token?.content ?? ""))}</span>`;
};

const KEPT = {
  ALLOWED_TAGS:
    "h1 h2 h3 h4 h5 h6 p a ul ol li blockquote pre code em strong s del hr br table thead tbody tr th td span img".split(" "),
  ALLOWED_ATTR: ["href", "title", "alt", "src", "class", "style", "start"],
  ALLOWED_URI_REGEXP: /^(?:https?:|mailto:|#|data:image\/(?:png|gif|jpeg|webp);base64,)/i,
};

export function renderedMarkdown(source: string): HTMLElement {
  const html = DOMPurify.sanitize(markdown.render(withoutFrontMatter(source)), KEPT);
  const inert = new DOMParser().parseFromString(html, "text/html");
  const article = element("article", { class: "prose" }, ...inert.body.childNodes);
  for (const block of article.querySelectorAll("pre > code")) colour(block);
  for (const heading of article.querySelectorAll("h1, h2, h3, h4, h5, h6")) {
    heading.setAttribute("data-slug", slugOf(heading.textContent));
  }
  return article;
}

/** The settings that many tools put before the text are not part of it. */
export function withoutFrontMatter(source: string): string {
  return source.replace(/^\ufeff?---\r?\n[^]*?\r?\n---[ \t]*(\r?\n|$)/, "");
}

/** As the well-known sites make it, so that a list of contents leads where it should. */
export function slugOf(heading: string): string {
  const plain = heading.trim().toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "");
  return plain.replace(/\s/g, "-");
}

function colour(block: Element): void {
  const language = languageOf(block.className.replace(/^language-/, ""));
  const lines = block.textContent.split("\n");
  if (language === undefined) return;
  let open: ReturnType<typeof scan>["open"];
  block.replaceChildren();
  lines.forEach((line, index) => {
    const scanned = scan(line, language, open);
    open = scanned.open;
    for (const { start, end, kind } of piecesOf(line.length, scanned.tokens, [])) {
      const piece = shownText(line.slice(start, end));
      block.append(kind === undefined ? piece : element("span", { class: kind }, piece));
    }
    if (index < lines.length - 1) block.append("\n");
  });
}
