/** Why a file is, or is not, at a path, and what would serve it. Pages that explain a bare path use it too. */
import { type ReactNode, useEffect, useEffectEvent } from "react";
import { useApi } from "@/api/queries";
import type { Schema } from "@/api/schemas";
import { addresses } from "@/lib/addresses";
import { size } from "@/lib/sizes";
import { drawer } from "@/lib/text/drawer";
import { visible, visibleText } from "@/lib/visible";
import { Loaded, SkeletonRows } from "@/parts/states";
import { Badge, LabelChip, NodeBadge, PathText } from "@/parts/things";
import { Condition } from "@/parts/things/condition";
import { PageLink } from "@/parts/ui/page-link";
import { Fact, Facts } from "./Section";
import { decisionOf } from "./steps";

type Explained = Schema<"Explained">;
const text = drawer.explained;
/** The command line names a mount by it; here the mount is shown. */
const mountId = /^Mount [0-9a-f]{8}(?= of )/;

export interface ExplanationProps {
  /** At least one of them: a path alone, all places of a file, or one file at one path. */
  path?: string;
  fileId?: string;
  /** It is drawn: whoever asked for it can bring it into view. */
  onShown?: () => void;
}

export function Explanation({ path, fileId, onShown }: ExplanationProps): ReactNode {
  const asked = { ...(path === undefined ? {} : { path }), ...(fileId === undefined ? {} : { file_id: fileId }) };
  const query = useApi("/api/explain", { params: { query: asked } });
  const tell = useEffectEvent(() => onShown?.());
  const isThere = query.data !== undefined;
  useEffect(() => {
    if (isThere) tell();
  }, [isThere]);
  return (
    <Loaded query={query} what={text.what} skeleton={<SkeletonRows count={4} />}>
      {(answer) => {
        const places = answer.items ?? [answer];
        if (places.length === 0) return <p className="text-13 text-muted">{text.nowhere}</p>;
        return (
          <div className="flex flex-col gap-4">
            <ul className="flex flex-col divide-y rounded-panel border">
              {places.map((one, at) => (
                <li key={one.path ?? at}>
                  <Place one={one} isOpen={at === 0} isOnly={places.length === 1} />
                </li>
              ))}
            </ul>
            {places[0] && <Service one={places[0]} />}
          </div>
        );
      }}
    </Loaded>
  );
}

function Place({ one, isOpen, isOnly }: { one: Explained; isOpen: boolean; isOnly: boolean }): ReactNode {
  const { path, result, summary } = one;
  return (
    <details open={isOpen}>
      <summary className="flex min-h-control items-center gap-2 px-3 py-1.5 hover:bg-raised">
        <bdi className="min-w-0 flex-1 truncate font-mono text-12" title={visible(path ?? "")}>
          {visible(path ?? "")}
        </bdi>
        {result && <Badge tone={result === "visible" ? "ok" : "warn"}>{text.results[result]}</Badge>}
      </summary>
      <div className="flex flex-col gap-3 px-3 pt-1 pb-3">
        {summary && <p className="text-13 break-words whitespace-pre-line">{visibleText(summary).replace(mountId, text.aMount)}</p>}
        <Facts>
          <Causes one={isOnly ? one : { ...one, also_at: null }} />
        </Facts>
        <Steps one={one} />
      </div>
    </details>
  );
}

function Causes({ one }: { one: Explained }): ReactNode {
  const { directory, mount, mapped_name, shown_as, winner, shadowed_by, nearest, labels, also_at } = one;
  return (
    <>
      {directory && (
        <Fact name={text.directory}>
          <PageLink href={addresses.vfs(directory.virtual_path)} className="font-mono text-12 text-accent hover:underline">
            {visible(directory.virtual_path)}
          </PageLink>
        </Fact>
      )}
      {mount && (
        <Fact name={text.mount}>
          <span className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-1">
            <Source of={mount.source} />
            <span className="text-muted">{text.strategies[mount.strategy]}</span>
          </span>
        </Fact>
      )}
      {mapped_name && shown_as && shown_as !== "own_name" && (
        <Fact name={text.name}>
          {visible(mapped_name)} <span className="text-muted">({text.shownAs[shown_as]})</span>
        </Fact>
      )}
      {winner && <Fact name={text.winner}>{<span className="font-mono text-12 break-all">{winner.file_id}</span>}</Fact>}
      {shadowed_by && <Fact name={text.shadowedBy}>{visible(shadowed_by)}</Fact>}
      {nearest && <Fact name={text.nearest}>{visible(nearest)}</Fact>}
      {labels && labels.length > 0 && (
        <Fact name={drawer.labels.title}>
          <span className="flex flex-wrap gap-1">
            {labels.map(({ label, rule_id, rule_name }) => (
              <LabelChip key={label} label={label} rule={rule_id ? { id: rule_id, name: rule_name ?? rule_id } : undefined} />
            ))}
          </span>
        </Fact>
      )}
      {also_at && also_at.length > 0 && (
        <Fact name={text.alsoAt}>
          <ul className="flex flex-col gap-1">
            {also_at.map((path) => (
              <li key={path}>
                <PathText path={path} />
              </li>
            ))}
          </ul>
        </Fact>
      )}
    </>
  );
}

function Source({ of: { node_id, export_path, search, label } }: { of: Schema<"MountSource"> }): ReactNode {
  if (search) return text.search(visible(search));
  return (
    <>
      {label && <LabelChip label={label} />}
      {node_id === "*" ? <span>{text.anyNode}</span> : node_id && <NodeBadge id={node_id} />}
      {export_path && <PathText path={export_path} />}
    </>
  );
}

function Steps({ one: { trace, default_result, directory } }: { one: Explained }): ReactNode {
  if (!trace) return null;
  return (
    <div>
      <p className="mb-1 text-12 font-medium text-muted">{text.steps}</p>
      <ol aria-label={text.steps} className="flex flex-col gap-1.5 text-13">
        {trace.length === 0 && <li className="text-muted">{text.noSteps}</li>}
        {trace.map((line, at) => (
          <li key={at} className="flex flex-col">
            <span className="break-words">
              <Condition of={line} />
            </span>
            <span className={line.outcome === "excluded" ? "text-warn" : "text-muted"}>
              {decisionOf(line)}
              {line.from !== directory?.virtual_path && `, ${text.from(visible(line.from))}`}
            </span>
          </li>
        ))}
        {default_result && (
          <li className="text-muted">
            {text.default}: {text.defaults[default_result]}
          </li>
        )}
      </ol>
    </div>
  );
}

function Service({ one: { would_serve, copies } }: { one: Explained }): ReactNode {
  if (!copies) return null;
  const served = copies.findIndex(({ tier, where }) => tier === would_serve?.tier && where === would_serve.where);
  return (
    <div className="text-13">
      <p>
        {would_serve ? (
          <>
            {text.served}: <Way of={would_serve} /> <span className="text-muted">({text.network(size(would_serve.network_bytes))})</span>
          </>
        ) : (
          text.notServed
        )}
      </p>
      {copies.length > 0 && served !== 0 && (
        <>
          <p className="mt-2 mb-1 text-12 font-medium text-muted">{text.earlier}</p>
          <ol aria-label={text.earlier} className="flex list-decimal flex-col gap-1 pl-5">
            {copies.slice(0, served < 0 ? undefined : served).map((copy, at) => (
              <li key={at} className="break-words">
                <Way of={copy} />
                {copy.reason && <span className="text-muted">: {visibleText(copy.reason)}</span>}
              </li>
            ))}
          </ol>
        </>
      )}
    </div>
  );
}

function Way({ of: { tier, where } }: { of: { tier: Schema<"ShownCopy">["tier"]; where: string } }): ReactNode {
  return (
    <span className="inline-flex max-w-full flex-wrap items-center gap-1.5 align-middle">
      <NodeBadge id={where} />
      {drawer.copies.ways[tier]}
    </span>
  );
}
