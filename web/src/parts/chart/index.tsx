/** The chart with its scales is loaded where one is shown. */
import { type ReactNode, Suspense } from "react";
import { later } from "@/parts/later";
import { SkeletonPanel } from "@/parts/states/skeleton";
import type { LineChartProps } from "./LineChart";

const Loaded = later(async () => (await import("./LineChart")).default);

export type { Point, Series } from "./lines";

export function Chart(props: LineChartProps): ReactNode {
  return (
    <Suspense fallback={<SkeletonPanel height={props.height ?? 240} />}>
      <Loaded {...props} />
    </Suspense>
  );
}
