/** Every known copy of a file, and which one a read would open: seen from the control plane or from a node. */
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useApi } from "@/api/queries";
import type { FileObject, Schema } from "@/api/schemas";
import { useNode, useNodes } from "@/lib/documents";
import { useNow } from "@/lib/clock";
import { size } from "@/lib/sizes";
import { drawer } from "@/lib/text/drawer";
import { ago } from "@/lib/times";
import { visible, visibleText } from "@/lib/visible";
import { Loaded, SkeletonRows } from "@/parts/states";
import { Badge, NodeBadge, PathText, StatusSentence, Time, type Tone } from "@/parts/things";
import { Select } from "@/parts/ui/choices";
import { Section } from "./Section";

type FileCopies = Schema<"FileCopies">;
type FileCopy = Schema<"FileCopy">;
const text = drawer.copies;
const here = "*";

const tones: Record<FileCopy["state"], Tone> = {
  reachable: "ok",
  complete: "ok",
  partial: "warn",
  offline: "error",
  unreachable: "error",
  disabled: "neutral",
};

export function Copies({ file }: { file: FileObject }): ReactNode {
  const [from, setFrom] = useState(here);
  const query = from === here ? {} : { from };
  const found = useApi("/api/files/{file_id}/copies", { params: { path: { file_id: file.file_id }, query } }, { keepsPrevious: true });
  useStanding(() => void found.refetch());
  const count = found.data ? text.count(found.data.copies, found.data.places) : text.title;
  return (
    <Section title={count} side={<SeenFrom from={from} onChange={setFrom} />}>
      <Loaded query={found} what={text.what} skeleton={<SkeletonRows count={2} />}>
        {(copies) => <Rows copies={copies} whole={file.size} />}
      </Loaded>
    </Section>
  );
}

/** Which copies can be reached changes with every node that comes or goes. */
function useStanding(onChange: () => void): void {
  const standing = useNodes()
    .map(({ node_id, status }) => `${node_id} ${status}`)
    .join();
  const seen = useRef(standing);
  useEffect(() => {
    if (seen.current === standing) return;
    seen.current = standing;
    onChange();
  });
}

function SeenFrom({ from, onChange }: { from: string; onChange: (from: string) => void }): ReactNode {
  const nodes = useNodes().filter(({ status }) => status !== "disabled");
  if (nodes.length < 2) return null;
  const options = [{ value: here, label: text.controlPlane }, ...nodes.map((node) => ({ value: node.node_id, label: visible(node.friendly_name) }))];
  return (
    <span className="flex items-center gap-2 text-12 text-muted">
      {text.seenFrom}
      <Select value={from} onChange={onChange} options={options} label={text.seenFrom} className="h-8! w-40! text-13!" />
    </span>
  );
}

function Rows({ copies, whole }: { copies: FileCopies; whole: number }): ReactNode {
  const { items, would_open, reason, safe_to_remove } = copies;
  return (
    <>
      {items.length === 0 && <p className="text-13 text-muted">{text.none}</p>}
      {items.length > 0 && would_open === null && reason && <p className="mb-3 text-13 text-error">{text.noneOpens(visibleText(reason))}</p>}
      <ul className="flex flex-col gap-4">
        {items.map((copy, at) => (
          <CopyRow key={at} copy={copy} whole={whole} isOpened={at === would_open} safety={safe_to_remove.find(({ item }) => item === at)} />
        ))}
      </ul>
    </>
  );
}

interface CopyRowProps {
  copy: FileCopy;
  whole: number;
  isOpened: boolean;
  safety: Schema<"Safety"> | undefined;
}

function CopyRow({ copy, whole, isOpened, safety }: CopyRowProps): ReactNode {
  const { kind, node_id, path, reason, verified_at, via } = copy;
  return (
    <li className="flex flex-col gap-1 text-13">
      <div className="flex min-h-6 flex-wrap items-center gap-x-2 gap-y-1">
        <NodeBadge id={node_id} isGrey={copy.state === "offline" || copy.state === "disabled"} />
        <span className="font-medium">{text.kinds[kind]}</span>
        {isOpened && <Badge tone="accent">{text.opened}</Badge>}
      </div>
      {path && <PathText path={path} className="min-h-6 w-full items-center" />}
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <StatusSentence tone={tones[copy.state]}>
          <State copy={copy} whole={whole} />
        </StatusSentence>
        <span className="text-muted">
          {verified_at ? (
            <>
              {text.verified} <Time at={verified_at} />
            </>
          ) : (
            kind === "source" ? null : text.notVerified
          )}
        </span>
      </div>
      {reason && copy.state === "unreachable" && <p className="break-words whitespace-pre-line text-muted">{visibleText(reason)}</p>}
      {via?.map((way, at) => (
        <p key={at} className="break-words text-muted">
          {text.also} {text.ways[way.tier]}: {visible(way.where)}
        </p>
      ))}
      {safety?.safe && (
        <p className="text-ok">
          {text.safe}
          {safety.reason && `: ${visibleText(safety.reason)}`}
        </p>
      )}
    </li>
  );
}

function State({ copy: { state, node_id, cached_bytes }, whole }: { copy: FileCopy; whole: number }): ReactNode {
  const node = useNode(node_id);
  const now = useNow();
  if (state === "offline" && node) return text.offlineSince(ago(node.last_heartbeat, now));
  if (state === "partial") return `${text.states.partial}: ${text.partly(size(cached_bytes), size(whole))}`;
  return text.states[state];
}
