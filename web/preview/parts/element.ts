/** Elements made of values. Text is always a text node, so nothing in it can become markup. */

type Child = Node | string | undefined;

interface Given {
  readonly [name: string]: string | boolean | number | undefined | ((event: Event) => void);
}

/** `element("button", { class: "quiet", onclick: … }, "Save")`. `true` is an empty attribute, `false` none. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  given: Given = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === "function") made.addEventListener(name.replace(/^on/, ""), value);
    else if (value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

export function button(label: string, pressed: () => void, given: Given = {}): HTMLButtonElement {
  return element("button", { type: "button", ...given, onclick: pressed }, label);
}

/** A button that stays down. */
export function toggle(label: string, isOn: boolean, turned: (isOn: boolean) => void): HTMLButtonElement {
  const made = button(label, () => {
    const next = made.getAttribute("aria-pressed") !== "true";
    made.setAttribute("aria-pressed", String(next));
    turned(next);
  });
  made.setAttribute("aria-pressed", String(isOn));
  return made;
}

export function bar(...children: readonly Child[]): HTMLElement {
  return element("div", { class: "bar" }, ...children);
}
