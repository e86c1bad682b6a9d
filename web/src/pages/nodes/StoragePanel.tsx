/** The disks that hold what this node serves, down to the piece of hardware. */
import { Fragment, type ReactNode } from "react";
import { useApi } from "@/api/queries";
import type { Schema } from "@/api/schemas";
import { counted, percent, share, size } from "@/lib/sizes";
import { node as text } from "@/lib/text/nodes";
import { visible } from "@/lib/visible";
import { Panel } from "@/parts/page";
import { Empty, Failure } from "@/parts/states";
import { Meter, PathText } from "@/parts/things";
import type { Node } from "./reading";

type Storage = Schema<"Storage">;
type Use = Schema<"FilesystemUse">;
const words = text.storage;

export function StoragePanel({ node }: { node: Node }): ReactNode {
  const query = useApi("/api/nodes/{node_id}/storage", { params: { path: { node_id: node.node_id } } });
  const uses = new Map(query.data?.latest?.filesystems?.map((use) => [use.filesystem_id, use]));
  const disks = node.storage ?? [];
  const isBridge = node.role === "bridge";
  return (
    <Panel id={isBridge ? "bridge" : "storage"} title={isBridge ? text.panels.bridge : text.panels.storage} isFlush>
      {query.error && !query.data && <Failure what={text.panels.storage} error={query.error} onRetry={() => void query.refetch()} />}
      {disks.length === 0 ? (
        <Empty drawing="storage" sentence={words.none}>
          {words.noneMore}
        </Empty>
      ) : (
        <ul className="border-t">
          {disks.map((disk) => (
            <li key={disk.filesystem_id} className="flex flex-col gap-2 border-b px-4 py-3 last:border-b-0">
              <Filesystem disk={disk} use={uses.get(disk.filesystem_id)} />
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function Filesystem({ disk, use }: { disk: Storage; use: Use | undefined }): ReactNode {
  const used = use?.used_bytes ?? disk.used_bytes;
  const free = use?.available_bytes ?? disk.capacity_bytes - used;
  return (
    <>
      <div className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
        <PathText path={disk.mount_point} />
        <span className="text-12 text-muted">
          {visible(disk.fs_type)}, <span className="font-mono">{visible(disk.device)}</span>
        </span>
        <span className="tabular ml-auto text-12">{words.of(size(used), size(disk.capacity_bytes), size(free))}</span>
        <span className="tabular w-10 text-right text-12 font-medium phone:hidden">{percent(share(used, disk.capacity_bytes))}</span>
      </div>
      <Meter used={used} capacity={disk.capacity_bytes} label={words.name(visible(disk.mount_point))} />
      <Facts facts={factsOf(disk, use)} />
      <Hardware disk={disk} />
    </>
  );
}

type Fact = readonly [string, string];

function factsOf(disk: Storage, use: Use | undefined): readonly Fact[] {
  const inodes = use?.used_inodes != null && use.available_inodes != null ? words.inodesOf(counted(use.used_inodes), counted(use.used_inodes + use.available_inodes)) : "";
  return told([
    [words.watched, disk.watch_paths_on_fs.join(", ")],
    [words.inodes, inodes],
  ]);
}

function told(facts: readonly Fact[]): readonly Fact[] {
  return facts.filter(([, value]) => value !== "");
}

function Facts({ facts }: { facts: readonly Fact[] }): ReactNode {
  if (facts.length === 0) return null;
  return (
    <dl className="grid grid-cols-[112px_minmax(0,1fr)] gap-x-3 gap-y-0.5 text-12">
      {facts.map(([name, value]) => (
        <Fragment key={name}>
          <dt className="text-muted">{name}</dt>
          <dd className="break-words">{visible(value)}</dd>
        </Fragment>
      ))}
    </dl>
  );
}

/** Volume and disk below the file system, where the machine tells of them. */
function Hardware({ disk: { volume, disk } }: { disk: Storage }): ReactNode {
  const kinds: Record<string, string> = { lvm: "LVM", zfs: "ZFS", apfs_container: "APFS" };
  const facts = told([
    ...(volume
      ? ([
          [words.volume, `${words.volumeOf(kinds[volume.type] ?? volume.type, volume.group)} / ${volume.name}`],
          ["", words.free(size(volume.free_bytes), size(volume.total_bytes))],
        ] as const)
      : []),
    ...(disk
      ? ([
          [words.disk, disk.device],
          [words.vendor, disk.vendor],
          [words.model, disk.model],
          [words.serial, disk.serial],
          [words.interface, disk.interface],
          [words.diskSize, size(disk.capacity_bytes)],
        ] as const)
      : []),
  ]);
  if (facts.length === 0) return null;
  return (
    <details className="text-12">
      <summary className="w-fit text-muted hover:text-ink">{words.details}</summary>
      <div className="pt-2">
        <Facts facts={facts} />
      </div>
    </details>
  );
}
