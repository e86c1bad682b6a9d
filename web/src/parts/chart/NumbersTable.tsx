import type { ReactNode } from "react";
import { chart as text } from "@/lib/text/chart";
import { exact } from "@/lib/times";
import { visible } from "@/lib/visible";
import { nearest, type Series } from "./lines";

export interface NumbersTableProps {
  label: string;
  series: readonly Series[];
  form: (value: number) => string;
}

/** What the lines show, for screen readers and for who wants the numbers. */
export function NumbersTable({ label, series, form }: NumbersTableProps): ReactNode {
  const times = [...new Set(series.flatMap(({ points }) => points.map(({ at }) => at)))].sort((one, other) => other - one);
  return (
    <details className="text-13">
      <summary className="w-fit text-muted hover:text-ink">{text.asTable}</summary>
      <div className="mt-2 max-h-80 overflow-auto rounded-control border">
        <table className="w-full">
          <caption className="sr-only">{label}</caption>
          <thead className="sticky top-0 bg-panel text-12 text-muted">
            <tr>
              <th scope="col" className="px-3 py-2 text-left font-medium">
                {text.time}
              </th>
              {series.map(({ id, label: name }) => (
                <th key={id} scope="col" className="px-3 py-2 text-right font-medium">
                  {visible(name)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {times.map((at) => (
              <tr key={at} className="border-t">
                <th scope="row" className="px-3 py-1 text-left font-normal whitespace-nowrap">
                  {exact(new Date(at).toISOString())}
                </th>
                {series.map(({ id, points }) => (
                  <td key={id} className="px-3 py-1 text-right">
                    {form(nearest(points, at)?.value ?? 0)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
