import type { ReactNode } from "react";

export function Rows({ rows }: { rows: readonly (readonly [string, ReactNode])[] }): ReactNode {
  return (
    <dl className="grid grid-cols-[minmax(96px,max-content)_minmax(0,1fr)] gap-x-6 text-13">
      {rows.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="flex min-h-8 items-center text-muted">{name}</dt>
          <dd className="tabular flex min-h-8 min-w-0 items-center break-words [&>span]:w-full">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
