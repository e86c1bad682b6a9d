/** A letter: who, when, what about, its text or its cleaned page, and what was enclosed. */
import { size as sizeOf } from "../../src/lib/sizes";
import { preview as text } from "../../src/lib/text/preview";
import { visible } from "../../src/lib/visible";
import type { Shown } from "../../src/parts/preview/protocol";
import type { Page } from "../page";
import { bar, button, element, toggle } from "../parts/element";
import { notice } from "../parts/trouble";
import { cleanedHtml, type Cleaned } from "./cleaning";
import { letterFrom, writtenAddress, type Enclosed, type Letter } from "./reading";

export async function showMail(shown: Shown, page: Page, root: HTMLElement): Promise<void> {
  const bytes = await page.read(0, shown.size);
  let letter: Letter;
  try {
    letter = await letterFrom(bytes);
  } catch (error) {
    root.replaceChildren(notice(text.unreadableMail, error instanceof Error ? error.message : undefined));
    return;
  }
  root.replaceChildren(letterElement(letter, page, shown.language));
}

function letterElement(letter: Letter, page: Page, language: string): HTMLElement {
  const { email, enclosed, inline } = letter;
  const body = element("div", { class: "below" });
  const cleaned = email.html === undefined ? undefined : cleanedHtml(email.html, inline);
  const plain = email.text?.trim() ?? "";
  const asPage = () => body.replaceChildren(...(cleaned === undefined ? [] : pageElements(cleaned, page)));
  const asText = () => body.replaceChildren(plainElement(plain === "" ? text.emptyMail : plain));
  if (cleaned === undefined) asText();
  else asPage();
  const flip = cleaned !== undefined && plain !== "" ? bar(toggle(text.asText, false, (isOn) => (isOn ? asText() : asPage()))) : undefined;
  return element("div", { class: "view mail" }, headElement(letter, language), enclosedElement(enclosed, page), flip, body);
}

function headElement({ email }: Letter, language: string): HTMLElement {
  const rows: [string, string][] = [];
  const people = (label: string, addresses: readonly Parameters<typeof writtenAddress>[0][] | undefined) => {
    if (addresses?.length) rows.push([label, addresses.map(writtenAddress).join(", ")]);
  };
  people(text.from, email.from === undefined ? undefined : [email.from]);
  people(text.to, email.to);
  people(text.cc, email.cc);
  if (email.date !== undefined) rows.push([text.date, writtenDate(email.date, language)]);
  const list = element("dl", {});
  for (const [label, value] of rows) list.append(element("dt", {}, label), element("dd", {}, visible(value)));
  return element("header", { class: "letterhead" }, element("h1", {}, visible(email.subject ?? text.noSubject)), list);
}

function writtenDate(date: string, language: string): string {
  const time = Date.parse(date);
  if (Number.isNaN(time)) return date;
  return new Intl.DateTimeFormat(language, { dateStyle: "full", timeStyle: "short" }).format(time);
}

function enclosedElement(enclosed: readonly Enclosed[], page: Page): HTMLElement | undefined {
  if (enclosed.length === 0) return undefined;
  const rows = enclosed.map(({ name, bytes }) => {
    const called = name === "" ? text.unnamed : name;
    const save = button(text.save, () => page.tell({ type: "save", name, bytes }), { "aria-label": `${text.save} ${called}` });
    return element("li", {}, element("span", { class: "name" }, visible(called)), element("span", { class: "quiet" }, sizeOf(bytes.byteLength)), save);
  });
  return element("section", { class: "enclosed" }, element("h2", {}, text.attachments(rows.length)), element("ul", {}, ...rows));
}

function plainElement(plain: string): HTMLElement {
  const lines = plain.split(/\r\n?|\n/).map((line) => line.split("\t").map(visible).join("\t"));
  return element("div", { class: "scroll", tabindex: 0 }, element("pre", { class: "plain" }, lines.join("\n")));
}

/** The innermost frame: no script, no form, no way out, and by our own policy no network. */
function pageElements({ html, links, remoteImages }: Cleaned, page: Page): HTMLElement[] {
  const frame = element("iframe", { sandbox: "", srcdoc: html, title: text.asPage, class: "letter" });
  const said = remoteImages === 0 ? [] : [element("p", { class: "said", role: "note" }, text.remoteImages(remoteImages))];
  return [...said, frame, ...(links.length === 0 ? [] : [linksElement(links, page)])];
}

function linksElement(links: Cleaned["links"], page: Page): HTMLElement {
  const rows = links.map(({ address, words }) =>
    element("li", {}, button(visible(words || address), () => page.tell({ type: "link", address }), { class: "link", title: visible(address) })),
  );
  return element("details", { class: "links" }, element("summary", {}, text.links(links.length)), element("ol", {}, ...rows));
}
