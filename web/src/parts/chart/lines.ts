/** The geometry of a line chart: values in, paths and ticks out. Pure. */
import { scaleLinear, scaleUtc } from "d3-scale";
import { curveMonotoneX, line } from "d3-shape";

export interface Point {
  /** ms */
  at: number;
  value: number;
}

export interface Series {
  id: string;
  label: string;
  points: readonly Point[];
}

export interface Box {
  width: number;
  height: number;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export interface Drawn {
  paths: { id: string; d: string; end: { x: number; y: number } | null }[];
  yTicks: { value: number; y: number }[];
  /** A word in the middle of its tick, or ending with the box where it would be cut off. */
  xTicks: { at: number; x: number; isLast: boolean }[];
  x: (at: number) => number;
  y: (value: number) => number;
  /** The time under a place of the box. */
  timeAt: (x: number) => number;
}

export interface Axes {
  /** Largest value: a capacity, or nothing to take the largest value there is. */
  top?: number | undefined;
  /** Grid lines stand at round multiples of it, such as one GiB. */
  unit?: number | undefined;
  /** First and last time, ms; else those of the points. */
  span?: readonly [number, number] | undefined;
}

export function drawn(series: readonly Series[], box: Box, { top, unit = 1, span }: Axes = {}): Drawn {
  const points = series.flatMap(({ points: all }) => all);
  const times = points.map(({ at }) => at);
  const most = top ?? Math.max(1, ...points.map(({ value }) => value));
  const x = scaleUtc()
    .domain(span ?? [Math.min(...times), Math.max(...times)])
    .range([box.left, box.width - box.right]);
  const y = scaleLinear()
    .domain([0, most / unit])
    .nice(4)
    .range([box.height - box.bottom, box.top]);
  const path = line<Point>()
    .x(({ at }) => x(at))
    .y(({ value }) => y(value / unit))
    .curve(curveMonotoneX);
  return {
    paths: series.map(({ id, points: own }) => {
      const last = own.at(-1);
      return { id, d: path([...own]) ?? "", end: last ? { x: x(last.at), y: y(last.value / unit) } : null };
    }),
    yTicks: y.ticks(4).map((value) => ({ value: value * unit, y: y(value) })),
    xTicks: x.ticks(Math.max(2, Math.floor(box.width / 140))).map((at) => ({ at: at.getTime(), x: x(at), isLast: x(at) > box.width - halfWord })),
    x,
    y: (value) => y(value / unit),
    timeAt: (place) => x.invert(place).getTime(),
  };
}

/** Of a date such as “16 Feb”, and a bit more. */
const halfWord = 28;

/** The point of a series that is nearest in time. */
export function nearest(points: readonly Point[], at: number): Point | undefined {
  let found: Point | undefined;
  for (const point of points) {
    if (!found || Math.abs(point.at - at) < Math.abs(found.at - at)) found = point;
  }
  return found;
}
