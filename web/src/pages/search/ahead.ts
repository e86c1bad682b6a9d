/** Names are looked for while somebody types; address, plugins and counts wait for the pause. */
import { useState } from "react";

/** The server bears twenty searches a second of one person. */
const rhythmMs = 75;

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A term is wrong until it is finished; words never are. */
function isOfWords(q: string): boolean {
  return q !== "" && !/[:"]/.test(q);
}

/** Calls one after the other: of those that come meanwhile the last one is made. */
export function oneAtATime<T>(call: (of: T) => Promise<unknown>): (of: T) => void {
  let isBusy = false;
  let next: { of: T } | null = null;
  const go = (of: T): void => {
    isBusy = true;
    void Promise.allSettled([call(of), wait(rhythmMs)]).then(() => {
      isBusy = false;
      const following = next;
      next = null;
      if (following) go(following.of);
    });
  };
  return (of) => {
    if (isBusy) next = { of };
    else go(of);
  };
}

interface Words {
  q: string;
  /** What stood in the address then: with another one there, this is over. */
  over: string;
}

interface Typed extends Words {
  begin: (q: string) => Promise<unknown>;
}

/** The words in the field that are asked for already, over those of the address; `begin` asks for them. */
export function useAhead(over: string, begin: (q: string) => Promise<unknown>): [string, (q: string) => void] {
  const [asked, setAsked] = useState<Words>({ q: over, over });
  const [type] = useState(() =>
    oneAtATime((typed: Typed) => {
      setAsked(typed);
      return typed.begin(typed.q);
    }),
  );
  if (asked.over !== over) setAsked({ q: over, over });
  return [asked.over === over ? asked.q : over, (q) => isOfWords(q) && type({ q, over, begin })];
}
