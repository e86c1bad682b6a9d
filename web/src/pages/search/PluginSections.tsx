/** What plugins found, a section for each that answered; who did not is named. */
import { type ReactNode, useEffect, useEffectEvent, useMemo } from "react";
import { useQuery } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { FileObject } from "@/api/schemas";
import { useNode } from "@/lib/documents";
import { useIsOnline } from "@/lib/live/connection";
import { bareId, useOpenFile } from "@/lib/open-file";
import { plural } from "@/lib/sizes";
import { search as text } from "@/lib/text/search";
import { visible, visibleText } from "@/lib/visible";
import { Failure, Partial, SkeletonRows } from "@/parts/states";
import { NodeBadge, Size, Time } from "@/parts/things";
import type { Envelope, Omitted, PluginAnswers } from "./asking-plugins";
import { fragmentPieces } from "./marks";
import { Labels, Marked, NameAndPlace } from "./Row";

const words = text.plugin;
type Result = Envelope["results"][number];

export function PluginSections({ answers: { envelopes, omitted, isAsking, error, again } }: { answers: PluginAnswers }): ReactNode {
  const files = useFiles(envelopes);
  const isOnline = useIsOnline();
  const isCut = error?.status === 0;
  const goOn = useEffectEvent(() => isCut && again());
  useEffect(() => {
    if (isOnline) goOn();
  }, [isOnline]);
  return (
    <>
      {/* That nobody can be asked now is said above the names. */}
      {error && !(isCut && !isOnline) && <Failure what={words.what} error={error} onRetry={again} />}
      {!isAsking && (
        <Partial
          answered={envelopes.length}
          all={envelopes.length + omitted.length}
          missing={omitted.map((one) => (
            <Missing key={`${one.node_id} ${one.plugin_name ?? ""}`} one={one} />
          ))}
          onRetry={again}
          details={omitted.map(({ message }, at) => (
            <p key={at} className="break-words">
              {visibleText(message)}
            </p>
          ))}
        />
      )}
      {envelopes.map((envelope) => (
        <Section key={`${envelope.node_id} ${envelope.plugin_name}`} envelope={envelope} files={files} />
      ))}
    </>
  );
}

function Missing({ one: { node_id, plugin_name, reason } }: { one: Omitted }): ReactNode {
  const node = useNode(node_id);
  const who = visible(node?.friendly_name ?? node_id) + (plugin_name ? ` (${visible(plugin_name)})` : "");
  return `${who} ${words.notAnswered(words.why[reason])}.`;
}

/** Files by their ids, all that were found asked for at once. */
function useFiles(envelopes: readonly Envelope[]): ReadonlyMap<string, FileObject> | undefined {
  const ids = useMemo(() => [...new Set(envelopes.flatMap(({ results }) => results.map(fileOf)).filter((id) => id !== undefined))].slice(0, 500), [envelopes]);
  const body = { file_ids: ids, include: "labels,paths" };
  const { data } = useQuery({
    queryKey: ["/api/files/lookup", body],
    queryFn: ({ signal }) => api.POST("/api/files/lookup", { body, signal }),
    enabled: ids.length > 0,
    placeholderData: (before) => before,
  });
  return useMemo(() => data && new Map((data.items as FileObject[]).map((file) => [bareId(file.file_id), file])), [data]);
}

function fileOf({ file_id }: Result): string | undefined {
  return typeof file_id === "string" ? bareId(file_id) : undefined;
}

function Section({ envelope, files }: { envelope: Envelope; files: ReadonlyMap<string, FileObject> | undefined }): ReactNode {
  const { description, plugin_name, node_id, took_ms, results, total } = envelope;
  const name = `found-${node_id}-${plugin_name}`;
  const waits = files === undefined && results.some((one) => fileOf(one) !== undefined);
  return (
    <section aria-labelledby={name} className="shrink-0 rounded-panel border bg-panel">
      <header className="flex min-h-12 flex-wrap items-center gap-x-3 gap-y-1 border-b px-4 py-1.5">
        <h2 id={name} className="min-w-0 text-14 font-semibold">
          {visible(description || plugin_name)}
        </h2>
        <NodeBadge id={node_id} />
        <span className="tabular ml-auto text-13 text-muted">
          {plural(total ?? results.length, "result")}, {text.took(took_ms)}
        </span>
      </header>
      {results.length === 0 && <p className="px-4 py-3 text-13 text-muted">{words.none}</p>}
      {waits && <SkeletonRows count={Math.min(results.length, 8)} height={64} />}
      {!waits && (
        <ul className="divide-y">
          {results.map((result, at) => (
            <li key={at}>
              <ResultRow result={result} file={files?.get(fileOf(result) ?? "")} answering={node_id} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function ResultRow({ result, file, answering }: { result: Result; file: FileObject | undefined; answering: string }): ReactNode {
  const { open, fileId } = useOpenFile();
  const fragments = Array.isArray(result.fragments) ? result.fragments.filter((one): one is string => typeof one === "string") : [];
  if (!file) return <OtherRow result={result} />;
  return (
    <div data-selected={bareId(file.file_id) === fileId} className="relative flex flex-col gap-1 px-4 py-2 hover:bg-raised data-[selected=true]:bg-accent-soft">
      <div className="flex min-w-0 items-center gap-2 text-13">
        <NameAndPlace file={file} />
        {file.source.node_id !== answering && (
          <span className="z-10 shrink-0">
            <NodeBadge id={file.source.node_id} />
          </span>
        )}
        <span className="z-10 hidden max-w-60 md:block">
          <Labels labels={file.labels} />
        </span>
        <span className="hidden w-20 text-right md:block">
          <Size bytes={file.size} />
        </span>
        <span className="hidden w-28 text-right md:block">
          <Time at={file.mtime} />
        </span>
      </div>
      {fragments.slice(0, 3).map((fragment, at) => (
        <p key={at} className="line-clamp-2 pl-7 text-13 break-words text-muted">
          <Marked pieces={fragmentPieces(fragment)} />
        </p>
      ))}
      <button type="button" aria-label={visible(file.name)} onClick={() => open(file.file_id)} className="absolute inset-0 focus-visible:-outline-offset-2" />
    </div>
  );
}

/** What is no file known here: its facts, as the plugin names them. */
function OtherRow({ result }: { result: Result }): ReactNode {
  return (
    <dl className="grid grid-cols-[160px_minmax(0,1fr)] gap-x-4 gap-y-1 px-4 py-2 text-13">
      {Object.entries(result)
        .filter(([, value]) => value !== null && value !== undefined)
        .map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="truncate text-muted">{visible(name)}</dt>
            <dd className="line-clamp-3 break-words">{visible(typeof value === "string" ? value : JSON.stringify(value))}</dd>
          </div>
        ))}
    </dl>
  );
}
