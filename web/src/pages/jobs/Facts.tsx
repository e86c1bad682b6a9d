import type { ReactNode } from "react";

/** Names and what they are; one under the other on a phone. */
export function Facts({ rows }: { rows: readonly (readonly [string, ReactNode])[] }): ReactNode {
  return (
    <dl className="grid gap-x-6 gap-y-2 text-13 md:grid-cols-[minmax(120px,max-content)_minmax(0,1fr)]">
      {rows.map(([name, value], at) => (
        <div key={`${name}-${at}`} className="contents">
          <dt className="text-muted">{name}</dt>
          <dd className="min-w-0 break-words phone:mb-1">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
