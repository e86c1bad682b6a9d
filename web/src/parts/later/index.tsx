/** Parts that are fetched when they are first drawn, within a `<Suspense>`; the rest of the page stays whatever becomes of them. */
import { type ComponentType, type ReactNode, useCallback, useEffect, useState } from "react";
import { later as text } from "@/lib/text/later";
import { Dialog } from "@/parts/ui/dialog";
import { fetched, type Hindrance } from "./fetching";
import { NotFetched } from "./NotFetched";

export interface Later<P> {
  (props: P): ReactNode;
  /** Fetches it, and never fails; gone once it is there, so that nobody waits for it. */
  preload?: () => Promise<void>;
}

interface Hindered<P> {
  props: P;
  hindrance: Hindrance;
  onRetry: () => void;
}

/** In its place in the page. */
export function later<P extends object>(load: () => Promise<ComponentType<P>>): Later<P> {
  return drawn(load, ({ hindrance, onRetry }) => <NotFetched what={text.part} hindrance={hindrance} onRetry={onRetry} />);
}

export function laterPage(load: () => Promise<ComponentType>): Later<object> {
  return drawn(load, ({ hindrance, onRetry }) => (
    <div className="p-12">
      <NotFetched what={text.page} hindrance={hindrance} onRetry={onRetry} />
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

function drawn<P extends object>(load: () => Promise<ComponentType<P>>, Instead: ComponentType<Hindered<P>>): Later<P> {
  const { found, attempt, hindrance, forget } = fetched(load);
  const Part = (props: P): ReactNode => {
    const [, setTries] = useState(0);
    const onRetry = useCallback(() => void attempt().then(() => setTries((tries) => tries + 1)), []);
    useEffect(() => forget, []);
    const Found = found();
    if (Found) return <Found {...props} />;
    const known = hindrance();
    if (known) return <Instead props={props} hindrance={known} onRetry={onRetry} />;
    throw attempt();
  };
  const preload = async (): Promise<void> => {
    await attempt();
    if (found()) delete made.preload;
  };
  const made: Later<P> = Object.assign(Part, { preload });
  return made;
}
