/** Why something is in a directory: mount, steps with their results, and which copy would be read. */
import { type ReactNode } from "react";
import { useApi } from "@/api/queries";
import type { Schema } from "@/api/schemas";
import { addresses } from "@/lib/addresses";
import { common } from "@/lib/text/everywhere";
import { directory as text } from "@/lib/text/directory";
import { visible } from "@/lib/visible";
import { Loaded } from "@/parts/states";
import { Badge, Dot, Name, NodeBadge, type Tone } from "@/parts/things";
import { Button } from "@/parts/ui/button";
import { Dialog } from "@/parts/ui/dialog";
import { PageLink } from "@/parts/ui/page-link";

const words = text.why;
type Explained = Schema<"Explained">;
type Line = Schema<"ShownTraceLine">;

export function WhyDialog({ path, name, onClose }: { path: string; name: string; onClose: () => void }): ReactNode {
  const query = useApi("/api/explain", { params: { query: { path } } });
  return (
    <Dialog isOpen onClose={onClose} width="wide" title={words.title(visible(name))} actions={<Button onClick={onClose}>{common.close}</Button>}>
      <Loaded query={query} what={words.what}>
        {(found) => <Why found={found} />}
      </Loaded>
    </Dialog>
  );
}

function Why({ found }: { found: Explained }): ReactNode {
  const { summary, trace = [], also_at, copies, would_serve, mount, directory } = found;
  return (
    <div className="flex flex-col gap-6 text-13">
      <p className="text-14">{visible(summary ?? "")}</p>
      {mount && (
        <Part title={words.mount}>
          <span className="font-mono text-12 break-all">{visible(sourceText(mount.source))}</span>
          {directory && (
            <>
              {" \u2192 "}
              <PageLink href={addresses.vfs(directory.virtual_path)} className="font-mono text-12 text-accent hover:underline">
                {visible(directory.virtual_path)}
              </PageLink>
            </>
          )}
        </Part>
      )}
      <Part title={words.steps}>
        {trace && trace.length > 0 ? (
          <ol className="flex flex-col gap-1">
            {trace.map((line, at) => (
              <TraceLine key={at} line={line} />
            ))}
          </ol>
        ) : (
          <p className="text-muted">{words.noSteps}</p>
        )}
      </Part>
      {copies && copies.length > 0 && (
        <Part title={words.copies}>
          <ul className="flex flex-col gap-1">
            {copies.map((copy, at) => (
              <li key={at} className="flex flex-wrap items-center gap-2">
                <Dot tone={copy.reachable ? "ok" : "error"} />
                <NodeBadge id={copy.where} />
                <span className="text-muted">
                  {copy.tier}
                  {copy.reason && `: ${visible(copy.reason)}`}
                </span>
                {would_serve && would_serve.where === copy.where && would_serve.tier === copy.tier && <Badge tone="accent">{words.serves}</Badge>}
              </li>
            ))}
          </ul>
          {!would_serve && <p className="mt-1 text-error">{words.noCopy}</p>}
        </Part>
      )}
      {also_at && also_at.length > 0 && (
        <Part title={words.also}>
          <ul className="flex flex-col gap-1">
            {also_at.map((path) => (
              <li key={path} className="font-mono text-12">
                <Name>{path}</Name>
              </li>
            ))}
          </ul>
        </Part>
      )}
    </div>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }): ReactNode {
  return (
    <section>
      <h3 className="mb-2 text-13 font-semibold">{title}</h3>
      {children}
    </section>
  );
}

export const toneOfOutcome: Record<Line["outcome"], Tone> = { next: "neutral", through: "neutral", included: "ok", excluded: "error", skipped: "warn" };

/** One step that was asked, with what came of it. */
export function TraceLine({ line }: { line: Line }): ReactNode {
  return (
    <li className="flex flex-wrap items-baseline gap-2">
      <Badge tone={toneOfOutcome[line.outcome]}>{words.outcomes[line.outcome]}</Badge>
      <span className="min-w-0 font-mono text-12 break-all">{visible(stepText(line))}</span>
      <span className="text-12 text-muted">{words.inherited(visible(line.from))}</span>
      {line.problem && <span className="text-12 text-warn">{visible(line.problem)}</span>}
    </li>
  );
}

const plain = new Set(["from", "mount_id", "step", "op", "outcome", "raw_match", "final_match", "on_match", "invert", "problem", "measured"]);

/** `not glob *.pdf`, with everything that the step is asked with. */
export function stepText(line: Line): string {
  const given = Object.entries(line as unknown as Record<string, unknown>).filter(([name, value]) => !plain.has(name) && value !== null && value !== undefined);
  const said = given.map(([name, value]) => (name === "pattern" ? String(value) : `${name}=${Array.isArray(value) ? value.join(",") : JSON.stringify(value)}`));
  return [line.invert ? "not" : "", line.op ?? "", ...said].filter(Boolean).join(" ");
}

function sourceText({ node_id, export_path, label, search }: Schema<"MountSource">): string {
  if (search) return `search: ${search}`;
  if (label) return `label: ${label}`;
  return `${node_id ?? ""}:${export_path ?? ""}`;
}

export interface Hidden {
  hidden_by_conflict: number;
  shadowed: number;
  invalid_names: number;
  problems: readonly Schema<"Problem">[];
}

/** What a listing left out, and how that comes. */
export function HiddenDialog({ hidden, onClose }: { hidden: Hidden; onClose: () => void }): ReactNode {
  const facts: readonly [number, string, string][] = [
    [hidden.hidden_by_conflict, text.hiddenByConflict(hidden.hidden_by_conflict), words.hidden],
    [hidden.shadowed, text.shadowed(hidden.shadowed), words.shadowedMore],
    [hidden.invalid_names, text.invalidNames(hidden.invalid_names), words.invalidMore],
  ];
  return (
    <Dialog isOpen onClose={onClose} title={words.hiddenTitle} description={words.searchFor} actions={<Button onClick={onClose}>{common.close}</Button>}>
      <dl className="flex flex-col gap-4 text-13">
        {facts.map(([count, title, more]) =>
          count === 0 ? null : (
            <div key={title}>
              <dt className="font-medium">{title}</dt>
              <dd className="mt-1 text-muted">{more}</dd>
            </div>
          ),
        )}
        {hidden.problems.map(({ code, message }, at) => (
          <div key={at}>
            <dt className="font-medium">{code}</dt>
            <dd className="mt-1 text-muted">{visible(message)}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
