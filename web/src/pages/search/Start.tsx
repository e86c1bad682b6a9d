/** Before anything is searched for: what can be typed, and what was searched for before. */
import type { ReactNode } from "react";
import { useSignal } from "@/lib/signal";
import { search as text } from "@/lib/text/search";
import { visible } from "@/lib/visible";
import { Empty } from "@/parts/states";
import { Button } from "@/parts/ui/button";
import { recent } from "./recent";

export function Start({ onTake }: { onTake: (q: string) => void }): ReactNode {
  const before = useSignal(recent);
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <Empty drawing="search" sentence={text.start}>
        {text.startMore}
      </Empty>
      <div className="mx-auto flex max-w-130 flex-col gap-6">
        {before.length > 0 && (
          <section>
            <h2 className="pb-2 text-13 font-semibold">{text.recent}</h2>
            <ul className="flex flex-wrap gap-2">
              {before.map((q) => (
                <li key={q} className="max-w-full">
                  <Button scale="small" className="max-w-full" onClick={() => onTake(q)}>
                    <span className="truncate">{visible(q)}</span>
                  </Button>
                </li>
              ))}
            </ul>
          </section>
        )}
        <section>
          <h2 className="pb-2 text-13 font-semibold">{text.terms}</h2>
          <dl className="grid grid-cols-[160px_minmax(0,1fr)] gap-x-4 gap-y-1.5 text-13">
            {text.examples.map(([term, meaning]) => (
              <div key={term} className="contents">
                <dt className="font-mono text-12 leading-5">{term}</dt>
                <dd className="text-muted">{meaning}</dd>
              </div>
            ))}
          </dl>
        </section>
      </div>
    </div>
  );
}
