/** Somebody is signed in, and what comes behind that could not be fetched. Of little weight: it is there before anything else. */
import type { ReactNode } from "react";
import { common } from "@/lib/text/everywhere";
import { later as text } from "@/lib/text/later";
import { takeUpdate } from "@/lib/worker";
import type { Hindrance } from "@/parts/later/fetching";
import { Button } from "@/parts/ui/button";

export function NoPages({ hindrance, onRetry }: { hindrance: Hindrance; onRetry: () => void }): ReactNode {
  const isUpgraded = hindrance.kind === "upgraded";
  return (
    <main className="flex min-h-dvh items-center justify-center p-4">
      <div role="alert" className="flex max-w-130 flex-col items-center gap-3 text-center">
        <h1 className="text-16 font-semibold">{isUpgraded ? text.upgraded : common.failed(text.pages)}</h1>
        <p className="text-13 break-words whitespace-pre-line text-muted">{isUpgraded ? text.upgradedWhy : hindrance.error.message}</p>
        <Button look="primary" onClick={isUpgraded ? () => void takeUpdate() : onRetry}>
          {isUpgraded ? text.loadNew : common.retry}
        </Button>
      </div>
    </main>
  );
}
