/** The virtual path and the search of an address such as `/files/a%20b?sort=-size`, and how to change them. */
import { useRouter, useRouterState } from "@tanstack/react-router";
import { useState } from "react";
import { addresses, virtualPathOf } from "./addresses";

export interface VirtualPlace {
  path: string;
  search: URLSearchParams;
  /** Another directory: of the search only what `keeps` names goes along. */
  go: (path: string) => void;
  /** Changes the address in place; `null` takes a parameter away. */
  set: (changed: Record<string, string | null | undefined>) => void;
}

export function useVirtualPlace(page: "files" | "vfs", keeps: readonly string[]): VirtualPlace {
  const router = useRouter();
  // The router has decoded `pathname` once already; a name may hold a `%` of its own.
  const href = useRouterState({ select: ({ location }) => location.href });
  const url = new URL(useOwn(href, page), "http://page");
  const go = (path: string): void => {
    const search = new URLSearchParams(keeps.flatMap((name) => (url.searchParams.get(name) ? [[name, url.searchParams.get(name) ?? ""]] : [])));
    const text = search.toString();
    router.history.push(addresses[page](path) + (text && `?${text}`));
  };
  const set = (changed: Record<string, string | null | undefined>): void => {
    const next = new URL(router.state.location.href, "http://page");
    for (const [name, value] of Object.entries(changed)) {
      if (value) next.searchParams.set(name, value);
      else next.searchParams.delete(name);
    }
    router.history.replace(next.pathname + next.search);
  };
  return { path: virtualPathOf(url.pathname, `/${page}`), search: url.searchParams, go, set };
}

/** While another page is on its way, this one stays where it was. */
function useOwn(href: string, page: string): string {
  const [own, setOwn] = useState(href);
  const isOwn = href === `/${page}` || ["/", "?", "#"].some((next) => href.startsWith(`/${page}${next}`));
  if (isOwn && href !== own) setOwn(href);
  return isOwn ? href : own;
}
