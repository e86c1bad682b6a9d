/** A node, wherever one is named: its friendly name in its own hue, with a dot for how it stands. */
import type { CSSProperties, ReactNode } from "react";
import { addresses } from "@/lib/addresses";
import { classes } from "@/lib/classes";
import { type Documents, useNode } from "@/lib/documents";
import { hueOf } from "@/lib/hues";
import { common } from "@/lib/text/everywhere";
import { visible } from "@/lib/visible";
import { PageLink } from "@/parts/ui/page-link";
import { Tooltip } from "@/parts/ui/tooltip";
import { Dot, toneOfStatus } from "./badge";
import { useHeard } from "./heard";
import { Time } from "./time";

export function hueStyle(id: string): CSSProperties {
  const hue = hueOf(id);
  return {
    color: `oklch(var(--hue-ink-l) var(--hue-ink-c) ${hue})`,
    backgroundColor: `oklch(var(--hue-fill-l) var(--hue-fill-c) ${hue})`,
  };
}

export interface NodeBadgeProps {
  id: string;
  /** Grey where what it stands for cannot be reached. */
  isGrey?: boolean;
  className?: string;
}

export function NodeBadge({ id, isGrey = false, className }: NodeBadgeProps): ReactNode {
  const node = useNode(id);
  return (
    <Tooltip text={<Facts id={id} />}>
      <PageLink
        href={addresses.node(id)}
        style={isGrey ? undefined : hueStyle(id)}
        className={classes(
          "inline-flex h-5 max-w-40 min-w-0 items-center gap-1.5 rounded-full px-2 text-12 font-medium",
          isGrey && "bg-raised text-muted",
          className,
        )}
      >
        {node && <Dot tone={toneOfStatus[node.status]} />}
        <span className="truncate">{visible(node?.friendly_name ?? id)}</span>
        {node && <span className="sr-only">, {common.status[node.status]}</span>}
      </PageLink>
    </Tooltip>
  );
}

function Facts({ id }: { id: string }): ReactNode {
  const node = useNode(id);
  return node ? <Known id={id} node={node} /> : visible(id);
}

function Known({ id, node }: { id: string; node: Documents["node"] }): ReactNode {
  const heard = useHeard(node);
  return (
    <span className="flex flex-col gap-0.5 py-1">
      <span className="font-medium">{visible(node.friendly_name)}</span>
      <span className="font-mono text-muted">{visible(id)}</span>
      <span className="text-muted">
        {common.role[node.role ?? "device"]}, {common.platform[node.platform]}
      </span>
      <span className="flex items-center gap-1.5">
        <Dot tone={toneOfStatus[node.status]} />
        {common.status[node.status]}
        {heard && (
          <span className="text-muted">
            <Time at={heard} isPlain />
          </span>
        )}
      </span>
    </span>
  );
}
