/** A part that is fetched when it is first drawn, within a `<Suspense>`, and what is drawn instead while it cannot be. */
import { type ComponentType, type ReactNode, useCallback, useEffect, useState } from "react";
import { fetched, type Hindrance } from "./fetching";

export interface Later<P> {
  (props: P): ReactNode;
  /** Fetches it, and never fails; gone once it is there, so that nobody waits for it. */
  preload?: () => Promise<void>;
}

export interface Hindered<P> {
  props: P;
  hindrance: Hindrance;
  onRetry: () => void;
}

export function drawn<P extends object>(load: () => Promise<ComponentType<P>>, Instead: ComponentType<Hindered<P>>): Later<P> {
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
