import type { ReactNode } from "react";
import { useNodes } from "@/lib/documents";
import { dashboard as text } from "@/lib/text/dashboard";
import { visible } from "@/lib/visible";
import { Select } from "@/parts/ui/choices";

export interface NodeFilterProps {
  value: string;
  everyNode: string;
  onChange: (nodeId: string) => void;
}

/** Loaded only where there is a choice. */
export function NodeFilter({ value, everyNode, onChange }: NodeFilterProps): ReactNode {
  const options = useNodes().map(({ node_id, friendly_name }) => ({ value: node_id, label: visible(friendly_name) }));
  return <Select label={text.filterByNode} value={value} onChange={onChange} options={[{ value: everyNode, label: text.allNodes }, ...options]} className="max-w-44" />;
}
