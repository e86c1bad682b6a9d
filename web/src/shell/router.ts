import { createRouter } from "@tanstack/react-router";
import { pages } from "@/pages";
import { parsed, written } from "./addressing";
import { PageBroken } from "./failing";
import { root } from "./root";

function made() {
  return createRouter({
    routeTree: root.addChildren([...pages]),
    parseSearch: parsed,
    stringifySearch: written,
    defaultPreload: false,
    defaultErrorComponent: PageBroken,
    scrollRestoration: false,
  });
}

let router: ReturnType<typeof made> | undefined;

/** Made when it is first drawn: by then the address is no longer that of the sign-in. */
export function theRouter(): ReturnType<typeof made> {
  router ??= made();
  return router;
}

/** Loads the page of this address, for somebody who is about to come. */
export function expectPage(place: string): void {
  const { component } = pages.find(({ options }) => "path" in options && options.path === place)?.options ?? {};
  void component?.preload?.()?.catch(() => undefined);
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof made>;
  }
}
