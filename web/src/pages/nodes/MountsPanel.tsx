import { Pencil, Plus, Trash2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { api } from "@/api/client";
import { refresh } from "@/api/queries";
import type { Schema } from "@/api/schemas";
import { useIsOnline } from "@/lib/live/connection";
import { common } from "@/lib/text/everywhere";
import { node as text } from "@/lib/text/nodes";
import { visible } from "@/lib/visible";
import { Panel } from "@/parts/page";
import { NodeBadge, PathText } from "@/parts/things";
import { Button } from "@/parts/ui/button";
import { DestructiveDialog } from "@/parts/ui/destructive-dialog";
import { IconButton } from "@/parts/ui/icon-button";
import { toast } from "@/parts/ui/toast";
import { MountDialog } from "./MountDialog";
import type { Node } from "./reading";
import { Cell, Row, RowActions, Table } from "./table";

type Mount = Schema<"NetworkMount">;

const words = text.mounts;
const icon = { className: "size-4", strokeWidth: 1.5, "aria-hidden": true } as const;

/** Where folders of other nodes are mounted on this one, so that their files are read there. */
export function MountsPanel({ node }: { node: Node }): ReactNode {
  const [edited, setEdited] = useState<Mount | "new" | null>(null);
  const [leaving, setLeaving] = useState<Mount | null>(null);
  const isOnline = useIsOnline();
  const mounts = node.network_mounts ?? [];
  const remove = async ({ mount_id }: Mount): Promise<void> => {
    await api.DELETE("/api/nodes/{node_id}/mounts/{mount_id}", { params: { path: { node_id: node.node_id, mount_id } } });
    await refresh("/api/nodes");
    toast.done(words.removed);
  };
  const headings = [
    { label: words.remoteNode, width: "136px" },
    { label: words.remotePath, isExtra: true },
    { label: words.localPath },
    { label: words.type, isExtra: true, width: "112px" },
    { label: words.priority, isRight: true, isExtra: true, width: "72px" },
    { label: common.more, isSilent: true, width: "88px" },
  ];
  const add = (
    <Button scale="small" disabled={!isOnline} title={isOnline ? undefined : common.offlineReason} icon={<Plus {...icon} />} onClick={() => setEdited("new")}>
      {words.add}
    </Button>
  );
  return (
    <Panel id="mounts" title={text.panels.mounts} isFlush actions={add}>
      {mounts.length === 0 ? (
        <p className="border-t px-4 py-4 text-13 text-muted">
          {words.none}. {words.noneMore}
        </p>
      ) : (
        <Table label={text.panels.mounts} headings={headings}>
          {mounts.map((mount) => (
            <Row key={mount.mount_id}>
              <Cell>
                <NodeBadge id={mount.remote_node_id} />
              </Cell>
              <Cell isExtra>
                <PathText path={mount.remote_base_export_path} />
              </Cell>
              <Cell>
                <PathText path={mount.local_mount_path} />
              </Cell>
              <Cell isExtra>{words.types[mount.mount_type] ?? visible(mount.mount_type)}</Cell>
              <Cell isRight isExtra>
                {mount.priority}
              </Cell>
              <Cell isRight>
                {isOnline && (
                  <RowActions>
                    <IconButton scale="small" label={words.edit(visible(mount.local_mount_path))} icon={<Pencil {...icon} />} onClick={() => setEdited(mount)} />
                    <IconButton scale="small" label={words.remove(visible(mount.local_mount_path))} icon={<Trash2 {...icon} />} onClick={() => setLeaving(mount)} />
                  </RowActions>
                )}
              </Cell>
            </Row>
          ))}
        </Table>
      )}
      {edited !== null && <MountDialog nodeId={node.node_id} {...(edited === "new" ? {} : { mount: edited })} onClose={() => setEdited(null)} />}
      {leaving && (
        <DestructiveDialog isOpen onClose={() => setLeaving(null)} title={words.removeTitle(visible(leaving.local_mount_path))} loss={words.removeLoss} verb={common.remove} onConfirm={() => remove(leaving)} />
      )}
    </Panel>
  );
}
