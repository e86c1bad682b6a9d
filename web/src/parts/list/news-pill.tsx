/** Over a list that is not at its top: how many rows wait there. Whoever presses it goes up and sees them. */
import { ArrowUp } from "lucide-react";
import { type ReactNode, type RefObject, useEffect } from "react";
import { counted } from "@/lib/sizes";
import { common } from "@/lib/text/everywhere";
import type { News } from "./news";

export interface NewsPillProps {
  news: News;
  scroller: RefObject<HTMLElement | null>;
  rowHeight: number;
  /** Goes to the first row. */
  onShow: () => void;
}

export function NewsPill({ news: { count, onTop }, scroller, rowHeight, onShow }: NewsPillProps): ReactNode {
  useEffect(() => {
    const element = scroller.current;
    const look = (): void => onTop((element?.scrollTop ?? 0) < rowHeight);
    look();
    element?.addEventListener("scroll", look, { passive: true });
    return () => element?.removeEventListener("scroll", look);
  }, [scroller, rowHeight, onTop]);
  return (
    <div role="status" className="sticky top-11 left-0 z-20 flex h-0 justify-center phone:top-2">
      {count > 0 && (
        <button type="button" onClick={onShow} className="appear tabular flex h-8 shrink-0 items-center gap-1.5 rounded-full bg-accent px-3 text-13 font-medium text-on-accent shadow-float hover:opacity-90 pointer-coarse:h-11">
          <ArrowUp className="size-4" strokeWidth={1.5} aria-hidden="true" />
          {common.showNew(counted(count))}
        </button>
      )}
    </div>
  );
}
