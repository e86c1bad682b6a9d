import { useRouter } from "@tanstack/react-router";
import { type ReactNode, useCallback } from "react";
import { addresses } from "@/lib/addresses";
import { counted, percent, plural, share, size } from "@/lib/sizes";
import { common } from "@/lib/text/everywhere";
import { nodes as text } from "@/lib/text/nodes";
import { visible } from "@/lib/visible";
import { type Column, VirtualTable } from "@/parts/list";
import { Dot, Meter, Name, Time, toneOfStatus } from "@/parts/things";
import type { Node } from "./reading";

export function NodeTable({ nodes }: { nodes: readonly Node[] }): ReactNode {
  const { history } = useRouter();
  const keyAt = useCallback((at: number) => nodes[at]?.node_id, [nodes]);
  return (
    <div className="flex h-full min-h-0 flex-col border-t">
      <VirtualTable
        label={text.what}
        count={nodes.length}
        rowAt={(at) => nodes[at]}
        keyAt={keyAt}
        columns={columns}
        onOpen={({ node_id }) => history.push(addresses.node(node_id))}
        phoneRow={(node) => (
          <div className="flex flex-col gap-1">
            <span className="flex items-center gap-2">
              <Name className="min-w-0 flex-1 font-medium">{node.friendly_name}</Name>
              <Standing node={node} />
            </span>
            <span className="flex justify-between gap-2 text-12 text-muted">
              <span className="tabular">{plural(node.file_count, "file")}</span>
              <Time at={node.last_heartbeat} />
            </span>
          </div>
        )}
      />
    </div>
  );
}

export function Standing({ node: { status } }: { node: Pick<Node, "status"> }): ReactNode {
  return (
    <span className="inline-flex items-center gap-2 whitespace-nowrap">
      <Dot tone={toneOfStatus[status]} />
      {common.status[status]}
    </span>
  );
}

function Fill({ node }: { node: Node }): ReactNode {
  const disks = node.storage ?? [];
  if (disks.length === 0) return <span className="text-muted">{"\u2013"}</span>;
  const used = disks.reduce((sum, { used_bytes }) => sum + used_bytes, 0);
  const capacity = disks.reduce((sum, { capacity_bytes }) => sum + capacity_bytes, 0);
  return (
    <span className="flex w-full items-center gap-3">
      <Meter used={used} capacity={capacity} label={text.storageOf(visible(node.friendly_name))} />
      <span className="tabular hidden w-32 shrink-0 text-right text-12 text-muted wide:block">{text.used(size(used), size(capacity))}</span>
      <span className="tabular w-8 shrink-0 text-right text-12 text-muted wide:hidden" title={text.used(size(used), size(capacity))}>
        {percent(share(used, capacity))}
      </span>
    </span>
  );
}

const columns: readonly Column<Node>[] = [
  { id: "name", header: text.name, width: "minmax(112px,1.2fr)", cell: ({ friendly_name }) => <Name className="font-medium">{friendly_name}</Name> },
  { id: "status", header: text.status, width: "108px", cell: (node) => <Standing node={node} /> },
  { id: "kind", header: text.kind, width: "84px", cell: ({ role }) => common.role[role ?? "device"] },
  { id: "platform", header: text.platform, width: "96px", cell: ({ platform }) => common.platform[platform] },
  { id: "heartbeat", header: text.heartbeat, width: "132px", cell: ({ last_heartbeat }) => <Time at={last_heartbeat} /> },
  { id: "files", header: text.files, width: "88px", isRight: true, cell: ({ file_count }) => counted(file_count) },
  { id: "storage", header: text.storage, width: "minmax(112px,1.4fr)", cell: (node) => <Fill node={node} /> },
];
