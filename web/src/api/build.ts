/** The build of the page: the one that runs here, and the one that the server has now. */
import { refusalOf, unreachable } from "./errors";

const entryOf = (page: Document): string => {
  const script = page.querySelector<HTMLScriptElement>('script[type="module"][src]');
  return new URL(script?.getAttribute("src") ?? "", location.origin).pathname;
};

/** The script that this page began with; its name is another one in another build. */
export function ownEntry(): string {
  return entryOf(document);
}

/** The same of the server; throws when it does not answer. */
export async function servedEntry(): Promise<string> {
  const answer = await fetch("/", { cache: "no-store", headers: { Accept: "text/html" } }).catch(() => {
    throw unreachable();
  });
  if (!answer.ok) throw refusalOf(answer, undefined);
  return entryOf(new DOMParser().parseFromString(await answer.text(), "text/html"));
}
