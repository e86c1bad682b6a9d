/** The column that holds a tree: 200 to 480 px wide, dragged or moved by keys, and foldable; kept between visits. */
import { PanelLeftClose, PanelLeftOpen } from "lucide-react";
import { type KeyboardEvent, type PointerEvent, type ReactNode, useCallback, useRef, useState } from "react";
import { kept, keepChoice } from "@/lib/preferences";
import { tree as text } from "@/lib/text/tree";
import { IconButton } from "@/parts/ui/icon-button";

const narrowest = 200;
const widest = 480;
const step = 16;
const choice = "fold.tree";

export interface TreePaneProps {
  title: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

export function TreePane({ title, actions, children }: TreePaneProps): ReactNode {
  const [{ width, isFolded }, setPane] = useState(() => kept(choice, { width: 260, isFolded: false }));
  const set = (changed: { width?: number; isFolded?: boolean }): void => {
    const next = { width, isFolded, ...changed };
    next.width = Math.min(widest, Math.max(narrowest, next.width));
    setPane(next);
    keepChoice(choice, next);
  };
  // The button that was pressed gives way to its opposite, which gets the focus.
  const turnedRef = useRef(false);
  const turn = (folds: boolean): void => {
    turnedRef.current = true;
    set({ isFolded: folds });
  };
  const takeFocus = useCallback((button: HTMLButtonElement | null) => {
    if (button && turnedRef.current) button.focus();
  }, []);
  if (isFolded) {
    return (
      <div className="flex shrink-0 flex-col rounded-panel border bg-panel p-1">
        <IconButton label={text.showTree} icon={<PanelLeftOpen className="size-4" strokeWidth={1.5} aria-hidden="true" />} ref={takeFocus} onClick={() => turn(false)} />
      </div>
    );
  }
  return (
    <section style={{ width }} className="relative flex min-h-0 shrink-0 flex-col rounded-panel border bg-panel">
      <header className="flex h-12 shrink-0 items-center gap-1 border-b pr-1 pl-4">
        <h2 className="min-w-0 flex-1 truncate text-14 font-semibold">{title}</h2>
        {actions}
        <IconButton label={text.foldTree} icon={<PanelLeftClose className="size-4" strokeWidth={1.5} aria-hidden="true" />} ref={takeFocus} onClick={() => turn(true)} />
      </header>
      {children}
      <Edge width={width} onWidth={(next) => set({ width: next })} />
    </section>
  );
}

function Edge({ width, onWidth }: { width: number; onWidth: (width: number) => void }): ReactNode {
  const drag = (event: PointerEvent<HTMLDivElement>): void => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const left = event.currentTarget.parentElement?.getBoundingClientRect().left ?? 0;
    onWidth(event.clientX - left);
  };
  const keyed = (event: KeyboardEvent): void => {
    const to = { ArrowRight: width + step, ArrowLeft: width - step, Home: narrowest, End: widest }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    onWidth(to);
  };
  return (
    // A separator that is moved is a control; the rule does not know it.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <div
      role="separator"
      aria-orientation="vertical"
      aria-label={text.resize}
      aria-valuenow={width}
      aria-valuemin={narrowest}
      aria-valuemax={widest}
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={drag}
      onKeyDown={keyed}
      className="absolute inset-y-0 -right-2 w-3 cursor-col-resize touch-none rounded-full"
    />
  );
}
