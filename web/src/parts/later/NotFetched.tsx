/** In the place of a part that could not be fetched. Nothing is loaded anew unasked: the session lives in this tab. */
import { Sparkles } from "lucide-react";
import { type ReactNode, useEffect } from "react";
import { whenBack } from "@/lib/live/connection";
import { later as text } from "@/lib/text/later";
import { takeUpdate } from "@/lib/worker";
import { Failure } from "@/parts/states";
import { Button } from "@/parts/ui/button";
import type { Hindrance } from "./fetching";

interface NotFetchedProps {
  what: string;
  hindrance: Hindrance;
  onRetry: () => void;
  /** There is nothing else to see, so its title is that of the page. */
  isPage?: boolean;
}

export function NotFetched({ what, hindrance, onRetry, isPage = false }: NotFetchedProps): ReactNode {
  useEffect(() => whenBack(onRetry), [onRetry]);
  return hindrance.kind === "upgraded" ? <Upgraded isPage={isPage} /> : <Failure isPage={isPage} what={what} error={hindrance.error} onRetry={onRetry} />;
}

function Upgraded({ isPage }: { isPage: boolean }): ReactNode {
  const Title = isPage ? "h1" : "p";
  return (
    <div role="alert" className="appear mx-auto flex max-w-130 flex-col items-center gap-3 px-4 py-8 text-center">
      <Sparkles className="size-6 text-accent" strokeWidth={1.5} aria-hidden="true" />
      <Title className="text-14 font-medium">{text.upgraded}</Title>
      <p className="text-13 text-muted">{text.upgradedWhy}</p>
      <Button scale="small" look="primary" onClick={() => void takeUpdate()}>
        {text.loadNew}
      </Button>
    </div>
  );
}
