import { ArrowDown, ArrowUp, Cloud } from "lucide-react";
import type { ReactNode } from "react";
import { classes } from "@/lib/classes";
import { percent, share, size } from "@/lib/sizes";
import { common } from "@/lib/text/everywhere";
import { storage as text } from "@/lib/text/storage";
import { visible } from "@/lib/visible";
import { Meter, Name, NodeBadge, Size } from "@/parts/things";
import type { Fill } from "./fills";
import type { UsageSort } from "./routes";

interface Heading {
  id: "name" | "share" | "capacity" | "used" | "available";
  label: string;
  isRight?: boolean;
  isExtra?: boolean;
  className?: string;
}

const headings: readonly Heading[] = [
  { id: "name", label: text.name },
  { id: "share", label: text.share, className: "w-[28%] phone:w-[40%]" },
  { id: "used", label: text.used, isRight: true, className: "w-20 wide:w-24 phone:pr-4" },
  { id: "available", label: text.available, isRight: true, isExtra: true, className: "w-20 wide:w-24" },
  { id: "capacity", label: text.capacity, isRight: true, isExtra: true, className: "w-20 wide:w-24" },
];

export interface FillTableProps {
  fills: readonly Fill[];
  sort: UsageSort;
  onSort: (sort: UsageSort) => void;
}

export function FillTable({ fills, sort, onSort }: FillTableProps): ReactNode {
  return (
    <table className="w-full table-fixed text-13">
      <caption className="sr-only">{text.what}</caption>
      <thead>
        <tr className="h-9 border-b text-12 text-muted">
          {headings.map((heading) => (
            <SortedHead key={heading.id} heading={heading} sort={sort} onSort={onSort} />
          ))}
        </tr>
      </thead>
      <tbody>
        {fills.map((fill) => (
          <FillRow key={fill.id} fill={fill} />
        ))}
      </tbody>
    </table>
  );
}

function cell(isRight = false, isExtra = false): string {
  return classes("px-2 first:pl-4 last:pr-4", isRight ? "tabular text-right" : "text-left", isExtra && "phone:hidden");
}

function SortedHead({ heading: { id, label, isRight, isExtra, className }, sort, onSort }: { heading: Heading } & Pick<FillTableProps, "sort" | "onSort">): ReactNode {
  const isDescending = sort === `-${id}`;
  const isOn = isDescending || sort === id;
  const Arrow = isDescending ? ArrowDown : ArrowUp;
  const next: UsageSort = isOn ? (isDescending ? id : `-${id}`) : id === "name" ? id : `-${id}`;
  return (
    <th scope="col" aria-sort={isOn ? (isDescending ? "descending" : "ascending") : "none"} className={classes(cell(isRight, isExtra), className, "font-medium")}>
      <button type="button" title={common.sortBy(label)} onClick={() => onSort(next)} className={classes("inline-flex h-8 max-w-full items-center gap-1 rounded-control hover:text-ink", isOn && "text-ink")}>
        <span className="truncate">{label}</span>
        {isOn && <Arrow className="size-3 shrink-0" strokeWidth={1.5} aria-hidden="true" />}
      </button>
    </th>
  );
}

function FillRow({ fill }: { fill: Fill }): ReactNode {
  const { capacity, used } = fill;
  return (
    <tr className="h-row border-b last:border-b-0 hover:bg-raised">
      <td className={classes(cell(), "py-1.5")}>
        <Title fill={fill} />
      </td>
      <td className={cell()}>
        {capacity === null ? (
          <span className="text-muted">{"\u2013"}</span>
        ) : (
          <span className="flex items-center gap-3" title={`${size(used)} of ${size(capacity)}`}>
            <Meter used={used} capacity={capacity} label={text.meter(visible(fill.name))} />
            <span className="tabular w-10 shrink-0 text-right text-12">{percent(share(used, capacity))}</span>
          </span>
        )}
      </td>
      <td className={classes(cell(true), "phone:pr-4")}>
        {fill.kind === "node" && capacity === null ? "\u2013" : <Size bytes={used} />}
        {fill.isApproximate && (
          <span title={text.approximate} className="text-muted">
            {" "}
            ~<span className="sr-only">{text.approximate}</span>
          </span>
        )}
      </td>
      <td className={cell(true, true)}>
        <Size bytes={fill.available} />
      </td>
      <td className={cell(true, true)}>
        <Size bytes={capacity} />
      </td>
    </tr>
  );
}

function Title({ fill }: { fill: Fill }): ReactNode {
  if (fill.kind === "node") {
    return (
      <span className="flex min-w-0 items-center gap-2">
        <NodeBadge id={fill.nodeId} />
        <Name className="min-w-0 hidden font-mono text-12 text-muted wide:inline">{fill.detail}</Name>
      </span>
    );
  }
  return (
    <span className="flex min-w-0 items-center gap-2">
      <Cloud className="size-4 shrink-0 text-muted" strokeWidth={1.5} aria-hidden="true" />
      <Name className="min-w-0 font-medium">{fill.name}</Name>
      <span className="hidden truncate text-12 text-muted wide:inline">{visible(fill.detail)}</span>
      <span className="hidden wide:inline">
        <NodeBadge id={fill.nodeId} />
      </span>
    </span>
  );
}
