import { createRouter } from "@tanstack/react-router";
import { pages } from "@/pages";
import { parsed, written } from "./addressing";
import { root } from "./root";

function made() {
  return createRouter({
    routeTree: root.addChildren([...pages]),
    parseSearch: parsed,
    stringifySearch: written,
    defaultPreload: false,
    scrollRestoration: false,
  });
}

let router: ReturnType<typeof made> | undefined;

/** Made when it is first drawn: by then the address is no longer that of the sign-in. */
export function theRouter(): ReturnType<typeof made> {
  router ??= made();
  return router;
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof made>;
  }
}
