/** One part of the drawer, with its name. */
import { type ReactNode, useId } from "react";

export interface SectionProps {
  title: string;
  id?: string;
  /** Right of the name. */
  side?: ReactNode;
  children: ReactNode;
}

export function Section({ title, id, side, children }: SectionProps): ReactNode {
  const name = useId();
  return (
    <section id={id} aria-labelledby={name} className="scroll-mt-2 border-t px-4 py-4">
      <header className="mb-3 flex min-h-7 flex-wrap items-center gap-x-3 gap-y-1">
        <h3 id={name} className="flex-1 text-14 font-semibold">
          {title}
        </h3>
        {side}
      </header>
      {children}
    </section>
  );
}

/** Names and values under one another. */
export function Facts({ children }: { children: ReactNode }): ReactNode {
  return <dl className="grid grid-cols-[112px_minmax(0,1fr)] items-baseline gap-x-3 gap-y-2 text-13">{children}</dl>;
}

export function Fact({ name, children }: { name: string; children: ReactNode }): ReactNode {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </>
  );
}
