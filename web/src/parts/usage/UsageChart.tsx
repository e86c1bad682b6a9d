/** The use of one node over a period, with the choice of the period above it. */
import { type ReactNode, useMemo } from "react";
import { useNow } from "@/lib/clock";
import { size } from "@/lib/sizes";
import { usage as text } from "@/lib/text/usage";
import { visible } from "@/lib/visible";
import { Chart } from "@/parts/chart";
import { Empty, Loaded, NoMatch, SkeletonPanel } from "@/parts/states";
import { periodOf, seriesOf, type Snapshot, unitFor, useHistory } from "./history";

export interface UsageChartProps {
  nodeId: string;
  name: string;
  period: string | undefined;
  onPeriod: (period: string | undefined) => void;
}

const height = 240;
const minute = 60_000;

export function UsageChart({ nodeId, name, period, onPeriod }: UsageChartProps): ReactNode {
  const now = useNow(5 * minute);
  const { days, span } = useMemo(() => periodOf(period, now), [period, now]);
  const query = useHistory(nodeId, days);
  return (
    <Loaded
      query={query}
      what={text.what}
      skeleton={<SkeletonPanel height={height} />}
      isEmpty={(all) => all.length === 0}
      empty={period?.includes("..") ? <NoMatch by={period.replace("..", " \u2013 ")} onClear={() => onPeriod(undefined)} /> : <Empty drawing="storage" sentence={text.none}>{text.noneMore}</Empty>}
    >
      {(snapshots) => <Lines snapshots={snapshots} name={name} span={span} />}
    </Loaded>
  );
}

function Lines({ snapshots, name, span }: { snapshots: readonly Snapshot[]; name: string; span: readonly [number, number] }): ReactNode {
  const series = useMemo(() => seriesOf(snapshots, span), [snapshots, span]);
  if (series.length === 0) return <p className="py-24 text-center text-13 text-muted">{text.noneInRange}</p>;
  return <Chart label={text.label(visible(name))} series={series} form={size} unit={unitFor(series)} span={span} height={height} />;
}
