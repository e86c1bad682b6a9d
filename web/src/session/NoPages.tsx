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
    <main role="alert" className="mx-auto flex min-h-dvh max-w-130 flex-col items-center justify-center gap-3 p-4 text-center">
      <h1 className="text-16 font-semibold">{isUpgraded ? text.upgraded : common.failed(text.pages)}</h1>
      <p className="text-13 break-words whitespace-pre-line text-muted">{isUpgraded ? text.upgradedWhy : hindrance.error.message}</p>
      <Button look="primary" onClick={isUpgraded ? () => void takeUpdate() : onRetry}>
        {isUpgraded ? text.loadNew : common.retry}
      </Button>
    </main>
  );
}
