/** A link to a place of this page, followed without loading anew. Addresses are those of `lib/addresses`. */
import { type AnyRouter, useRouter } from "@tanstack/react-router";
import type { ComponentProps, MouseEvent, ReactNode } from "react";

export interface PageLinkProps extends Omit<ComponentProps<"a">, "href"> {
  href: string;
}

export function PageLink({ href, onClick, children, ...rest }: PageLinkProps): ReactNode {
  const router = useRouter();
  const follow = (event: MouseEvent<HTMLAnchorElement>): void => {
    onClick?.(event);
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    router.history.push(href);
  };
  return (
    <a {...rest} href={href} onClick={follow} onPointerEnter={() => preload(router, href)}>
      {children}
    </a>
  );
}

/** The code of the page is there when the finger is. */
function preload(router: AnyRouter, href: string): void {
  void router.preloadRoute({ to: href }).catch(() => undefined);
}
