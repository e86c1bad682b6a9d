import { type ReactNode, useState } from "react";
import { node as text } from "@/lib/text/nodes";
import { Panel } from "@/parts/page";
import { PeriodChoice, UsageChart } from "@/parts/usage";
import type { Node } from "./reading";

export function UsagePanel({ node }: { node: Node }): ReactNode {
  const [period, setPeriod] = useState<string | undefined>();
  return (
    <Panel id="usage" title={text.panels.usage} actions={<PeriodChoice period={period} onPeriod={setPeriod} />}>
      <UsageChart nodeId={node.node_id} name={node.friendly_name} period={period} onPeriod={setPeriod} />
    </Panel>
  );
}
