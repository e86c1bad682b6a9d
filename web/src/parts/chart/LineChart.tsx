/** A line chart of our own: thin lines, four grid lines, hover reads them all, and the same numbers as a table. */
import { type PointerEvent, type ReactNode, type RefObject, useEffect, useMemo, useRef, useState } from "react";
import { classes } from "@/lib/classes";
import { chart as text } from "@/lib/text/chart";
import { date } from "@/lib/times";
import { visible } from "@/lib/visible";
import { type Axes, type Box, drawn, nearest, type Series } from "./lines";
import { NumbersTable } from "./NumbersTable";

export interface LineChartProps extends Axes {
  label: string;
  series: readonly Series[];
  form: (value: number) => string;
  height?: number;
}

const margins = { left: 64, right: 16, top: 12, bottom: 24 };
export const colourOf = (at: number): string => `var(--series-${(at % 6) + 1})`;

export default function LineChart({ label, series, form, top, unit, span, height = 240 }: LineChartProps): ReactNode {
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const { width, frame } = useWidth();
  const [under, setUnder] = useState<number | null>(null);
  const shown = useMemo(() => series.filter(({ id, points }) => !hidden.has(id) && points.length > 0), [series, hidden]);
  const box: Box = useMemo(() => ({ width, height, ...margins }), [width, height]);
  const picture = useMemo(() => (shown.length > 0 && width > 0 ? drawn(shown, box, { top, unit, span }) : null), [shown, box, top, unit, span, width]);
  const colours = new Map(series.map(({ id }, at) => [id, colourOf(at)]));
  const at = picture && under !== null ? picture.timeAt(under) : null;
  const read = (event: PointerEvent<SVGSVGElement>): void => {
    const place = event.clientX - event.currentTarget.getBoundingClientRect().left;
    setUnder(Math.min(width - margins.right, Math.max(margins.left, place)));
  };
  return (
    <figure className="flex flex-col gap-3">
      <div ref={frame} className="relative" style={{ height }}>
        {!picture && width > 0 && <p className="py-16 text-center text-13 text-muted">{text.none}</p>}
        {picture && (
          <svg width={width} height={height} role="img" aria-label={label} onPointerMove={read} onPointerLeave={() => setUnder(null)}>
            {picture.yTicks.map(({ value, y }) => (
              <g key={value}>
                <line x1={margins.left} x2={width - margins.right} y1={y} y2={y} stroke="var(--line)" />
                <text x={margins.left - 8} y={y + 4} textAnchor="end" fontSize="12" fill="var(--muted)">
                  {form(value)}
                </text>
              </g>
            ))}
            {picture.xTicks.map(({ at: tick, x, isLast }) => (
              <text key={tick} x={isLast ? width : x} y={height - 6} textAnchor={isLast ? "end" : "middle"} fontSize="12" fill="var(--muted)">
                {date(new Date(tick).toISOString()).replace(/ \d{4}$/, "")}
              </text>
            ))}
            {picture.paths.map(({ id, d, end }) => (
              <g key={id}>
                <path d={d} fill="none" stroke={colours.get(id)} strokeWidth="1.5" strokeLinejoin="round" />
                {end && <circle cx={end.x} cy={end.y} r="2.5" fill={colours.get(id)} />}
              </g>
            ))}
            {at !== null && <line x1={under ?? 0} x2={under ?? 0} y1={margins.top} y2={height - margins.bottom} stroke="var(--edge)" />}
          </svg>
        )}
        {at !== null && under !== null && (
          <div
            className="pointer-events-none absolute top-2 z-10 rounded-control border bg-panel px-2 py-1 text-12 shadow-float"
            style={under > width / 2 ? { right: width - under + 8 } : { left: under + 8 }}
          >
            <p className="text-muted">{date(new Date(at).toISOString())}</p>
            {shown.map(({ id, label: name, points }) => (
              <p key={id} className="tabular flex items-center justify-between gap-3">
                <Swatch colour={colours.get(id) ?? ""} name={name} />
                {form(nearest(points, at)?.value ?? 0)}
              </p>
            ))}
          </div>
        )}
      </div>
      <Legend series={series} hidden={hidden} onChange={setHidden} colours={colours} />
      <NumbersTable label={label} series={shown} form={form} />
    </figure>
  );
}

function Swatch({ colour, name }: { colour: string; name: string }): ReactNode {
  return (
    <span className="inline-flex min-w-0 items-center gap-1.5">
      <span aria-hidden="true" className="h-0.5 w-3 shrink-0 rounded-full" style={{ background: colour }} />
      <span className="truncate">{visible(name)}</span>
    </span>
  );
}

interface LegendProps {
  series: readonly Series[];
  hidden: ReadonlySet<string>;
  onChange: (hidden: ReadonlySet<string>) => void;
  colours: ReadonlyMap<string, string>;
}

function Legend({ series, hidden, onChange, colours }: LegendProps): ReactNode {
  if (series.length < 2) return null;
  const toggle = (id: string): void => {
    const next = new Set(hidden);
    if (!next.delete(id)) next.add(id);
    onChange(next);
  };
  return (
    <div role="group" aria-label={text.shown} className="flex flex-wrap gap-1">
      {series.map(({ id, label }) => (
        <button
          key={id}
          type="button"
          aria-pressed={!hidden.has(id)}
          onClick={() => toggle(id)}
          className={classes("inline-flex h-7 max-w-60 items-center rounded-control px-2 text-12 hover:bg-raised pointer-coarse:h-11", hidden.has(id) && "opacity-50")}
        >
          <Swatch colour={colours.get(id) ?? ""} name={label} />
        </button>
      ))}
    </div>
  );
}

function useWidth(): { width: number; frame: RefObject<HTMLDivElement | null> } {
  const frame = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = frame.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(([entry]) => setWidth(entry?.contentRect.width ?? 0));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { width, frame };
}
