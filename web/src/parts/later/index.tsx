/** Parts that are fetched when they are first drawn, within a `<Suspense>`; the rest of the page stays whatever becomes of them. */
import type { ComponentType } from "react";
import { later as text } from "@/lib/text/later";
import { Dialog } from "@/parts/ui/dialog";
import { drawn, type Later } from "./drawn";
import { NotFetched } from "./NotFetched";

export type { Later } from "./drawn";

/** In its place in the page. */
export function later<P extends object>(load: () => Promise<ComponentType<P>>): Later<P> {
  return drawn(load, ({ hindrance, onRetry }) => <NotFetched what={text.part} hindrance={hindrance} onRetry={onRetry} />);
}

export function laterPage(load: () => Promise<ComponentType>): Later<object> {
  return drawn(load, ({ hindrance, onRetry }) => (
    <div className="p-12">
      <NotFetched isPage what={text.page} hindrance={hindrance} onRetry={onRetry} />
    </div>
  ));
}

/** Over the page: what is told of it is too. */
export function laterLayer<P extends { onClose: () => void }>(load: () => Promise<ComponentType<P>>): Later<P> {
  return drawn(load, ({ props, hindrance, onRetry }) => (
    <Dialog isOpen title={text.notThere} onClose={props.onClose} width="narrow">
      <NotFetched what={text.part} hindrance={hindrance} onRetry={onRetry} />
    </Dialog>
  ));
}
