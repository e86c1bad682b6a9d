/** Short tables of a panel: a head, rows, numbers at the right; narrow windows leave out what is least. */
import type { ReactNode } from "react";
import { classes } from "@/lib/classes";

export interface Heading {
  label: string;
  isRight?: boolean;
  /** Left out below 768 px. */
  isExtra?: boolean;
  /** Shown from 1280 px on. */
  isWide?: boolean;
  /** Only for screen readers. */
  isSilent?: boolean;
  width?: string;
}

export function Table({ label, headings, children }: { label: string; headings: readonly Heading[]; children: ReactNode }): ReactNode {
  return (
    <table className="w-full table-fixed border-t text-13">
      <caption className="sr-only">{label}</caption>
      <thead>
        <tr className="h-9 border-b text-12 text-muted">
          {headings.map(({ label: name, isRight, isExtra, isWide, isSilent, width }) => (
            <th key={name} scope="col" style={width ? { width } : undefined} className={cellClasses({ isRight, isExtra, isWide }, "font-medium")}>
              <span className={isSilent ? "sr-only" : "block truncate"}>{name}</span>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}

export function Row({ children, isLast = true }: { children: ReactNode; isLast?: boolean }): ReactNode {
  return <tr className={classes("group h-row hover:bg-raised", isLast && "border-b last:border-b-0")}>{children}</tr>;
}

interface Place {
  isRight?: boolean | undefined;
  isExtra?: boolean | undefined;
  isWide?: boolean | undefined;
}

export function Cell({ children, className, ...place }: Place & { children?: ReactNode; className?: string }): ReactNode {
  return <td className={cellClasses(place, className)}>{children}</td>;
}

function cellClasses({ isRight, isExtra, isWide }: Place, more = ""): string {
  return classes("px-2 py-1 first:pl-4 last:pr-4", isRight ? "tabular text-right" : "text-left", isExtra && "phone:hidden", isWide && "hidden wide:table-cell", more);
}

/** Actions of a row: seen on hover and on focus, and always where there is no hover. */
export function RowActions({ children }: { children: ReactNode }): ReactNode {
  return <span className="flex justify-end opacity-0 transition-opacity group-focus-within:opacity-100 group-hover:opacity-100 pointer-coarse:opacity-100">{children}</span>;
}
