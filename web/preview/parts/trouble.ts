/** What stands in place of a preview that could not be made. */
import { preview as text } from "../../src/lib/text/preview";
import { button, element } from "./element";

export function trouble(error: unknown, again: () => void): HTMLElement {
  const why = error instanceof Error ? error.message : String(error);
  return notice(text.failed, why, button(text.retry, again));
}

export function notice(title: string, why: string | undefined, ...actions: readonly HTMLElement[]): HTMLElement {
  return element(
    "div",
    { class: "notice", role: "status" },
    element("strong", {}, title),
    why === undefined ? undefined : element("p", {}, why),
    element("div", { class: "actions" }, ...actions),
  );
}
