/** The frame of a page: its one `h1`, its actions, its panels. */
import { type ReactNode, useEffect } from "react";
import { classes } from "@/lib/classes";
import { common } from "@/lib/text/everywhere";

export interface PageHeaderProps {
  title: string;
  /** What the browser's tab says; the title when it is not given. */
  tab?: string;
  children?: ReactNode;
  actions?: ReactNode;
}

export function PageHeader({ title, tab, children, actions }: PageHeaderProps): ReactNode {
  useEffect(() => {
    document.title = `${tab ?? title} \u2013 ${common.product}`;
  }, [title, tab]);
  return (
    <header className="flex flex-wrap items-center gap-x-4 gap-y-2 phone:gap-x-1">
      <h1 className="min-w-0 flex-1 truncate text-20 leading-(--control) font-semibold md:text-28 md:leading-(--control)">{title}</h1>
      {actions && <div className="flex flex-wrap items-center gap-2 phone:contents">{actions}</div>}
      {children && <div className="w-full">{children}</div>}
    </header>
  );
}

/** A page that scrolls as a whole; `isFull` for one whose list scrolls inside. */
export function Page({ children, isFull = false }: { children: ReactNode; isFull?: boolean }): ReactNode {
  return (
    <div className={classes("flex flex-col gap-6 p-gutter", isFull ? "h-full min-h-0" : "mx-auto max-w-320")}>{children}</div>
  );
}

export interface PanelProps {
  title?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  /** Without inner space, for lists that go to the edge. */
  isFlush?: boolean;
  className?: string;
  id?: string;
}

/** One level of cards, never a card in a card. */
export function Panel({ title, actions, children, isFlush = false, className, id }: PanelProps): ReactNode {
  return (
    <section id={id} className={classes("flex min-w-0 flex-col rounded-panel border bg-panel", className)}>
      {(title || actions) && (
        <header className="flex min-h-12 flex-wrap items-center gap-2 px-4 py-2">
          {title && <h2 className="min-w-0 flex-auto truncate text-14 font-semibold">{title}</h2>}
          {actions}
        </header>
      )}
      <div className={classes("min-h-0 min-w-0 flex-1", !isFlush && "px-4 pb-4", !isFlush && !title && "pt-4")}>{children}</div>
    </section>
  );
}
