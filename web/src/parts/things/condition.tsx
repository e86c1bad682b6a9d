import type { ReactNode } from "react";
import { useNodes } from "@/lib/documents";
import { conditionOf, type Step } from "@/lib/steps";

/** What a filter step asks for. */
export function Condition({ of: step }: { of: Step }): ReactNode {
  const nodes = useNodes();
  return conditionOf(step, (id) => nodes.find(({ node_id }) => node_id === id)?.friendly_name ?? id);
}
