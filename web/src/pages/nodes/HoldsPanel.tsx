/** Deletions that wait for a person: nothing is lost before somebody says so. */
import type { UseQueryResult } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { api } from "@/api/client";
import type { ApiError } from "@/api/errors";
import { refresh } from "@/api/queries";
import { useIsOnline } from "@/lib/live/connection";
import { node as text } from "@/lib/text/nodes";
import { visible } from "@/lib/visible";
import { Panel } from "@/parts/page";
import { Loaded } from "@/parts/states";
import { PathText, Time } from "@/parts/things";
import { Button } from "@/parts/ui/button";
import { DestructiveDialog } from "@/parts/ui/destructive-dialog";
import { toast } from "@/parts/ui/toast";
import type { Node } from "./reading";

interface Hold {
  hold_id: string;
  path: string;
  missing: number;
  known: number;
  since: string;
  examples: readonly string[];
}

interface Holds {
  items: readonly Record<string, unknown>[];
}

const words = text.holds;

function holdOf(told: Record<string, unknown>): Hold {
  const number = (name: string): number => (typeof told[name] === "number" ? told[name] : 0);
  const word = (name: string): string => (typeof told[name] === "string" ? told[name] : "");
  const examples = Array.isArray(told.examples) ? (told.examples as unknown[]).filter((one) => typeof one === "string") : [];
  return { hold_id: word("hold_id"), path: word("path"), missing: number("missing"), known: number("known"), since: word("since"), examples };
}

export function HoldsPanel({ node, query }: { node: Node; query: UseQueryResult<Holds, ApiError> }): ReactNode {
  return (
    <Panel id="holds" title={text.panels.holds} isFlush className="border-l-[3px] border-l-warn">
      <Loaded query={query} what={text.panels.holds}>
        {({ items }) => (
          <>
            <p className="px-4 pb-3 text-13 text-muted">{words.about}</p>
            <ul className="border-t">
              {items.map(holdOf).map((hold) => (
                <OneHold key={hold.hold_id} node={node} hold={hold} />
              ))}
            </ul>
          </>
        )}
      </Loaded>
    </Panel>
  );
}

function OneHold({ node, hold }: { node: Node; hold: Hold }): ReactNode {
  const [isAsked, setAsked] = useState(false);
  const isOnline = useIsOnline();
  const path = { node_id: node.node_id };
  const confirm = async (): Promise<void> => {
    await api.POST("/api/nodes/{node_id}/holds/{hold_id}/confirm", { params: { path: { ...path, hold_id: hold.hold_id } } });
    await Promise.all([refresh("/api/jobs"), refresh("/api/nodes")]);
    toast.done(words.confirmed);
  };
  return (
    <li className="flex flex-col gap-2 border-b px-4 py-3 text-13 last:border-b-0">
      <div className="flex flex-wrap items-center gap-3">
        <PathText path={hold.path} />
        <span className="font-medium">{words.missing(hold.missing, hold.known)}</span>
        <span className="text-12 text-muted">
          <Time at={hold.since} />
        </span>
        <span className="ml-auto flex flex-wrap gap-2">
          <Button scale="small" disabled={!isOnline} onClick={() => setAsked(true)}>
            {words.gone}
          </Button>
        </span>
      </div>
      {hold.examples.length > 0 && (
        <details className="text-12">
          <summary className="w-fit text-muted hover:text-ink">{words.examples}</summary>
          <ul className="mt-1 font-mono">
            {hold.examples.map((example) => (
              <li key={example} className="break-all">
                {visible(example)}
              </li>
            ))}
          </ul>
        </details>
      )}
      <DestructiveDialog isOpen={isAsked} onClose={() => setAsked(false)} title={words.confirmTitle(visible(hold.path))} loss={words.confirmLoss(hold.missing)} verb={words.confirmVerb} onConfirm={confirm} />
    </li>
  );
}
