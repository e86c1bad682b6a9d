/** The line that a new machine runs and the code that it asks for; the dialog sees the machine arrive. */
import { type ReactNode, useCallback, useEffect, useRef, useState } from "react";
import { api } from "@/api/client";
import { type ApiError, asApiError } from "@/api/errors";
import type { Schema } from "@/api/schemas";
import { addresses } from "@/lib/addresses";
import { useNow } from "@/lib/clock";
import { useNodes } from "@/lib/documents";
import { nodes as text } from "@/lib/text/nodes";
import { duration } from "@/lib/times";
import { visible } from "@/lib/visible";
import { Failure, SkeletonPanel } from "@/parts/states";
import { CopyButton, StatusSentence } from "@/parts/things";
import { Button, buttonClasses } from "@/parts/ui/button";
import { Select } from "@/parts/ui/choices";
import { Dialog } from "@/parts/ui/dialog";
import { PageLink } from "@/parts/ui/page-link";

const words = text.joining;
type System = keyof typeof words.systems;
const folders: Record<System, string> = { linux: "~/Documents", darwin: "~/Documents", windows: "C:/Users/me/Documents" };

export function AddNode({ onClose }: { onClose: () => void }): ReactNode {
  const { made, error, make } = useInvitation();
  const arrived = useArrived();
  const actions = (
    <>
      <Button onClick={onClose}>{words.done}</Button>
      {arrived && (
        <PageLink href={addresses.node(arrived.node_id)} className={buttonClasses("primary")}>
          {words.open(visible(arrived.friendly_name))}
        </PageLink>
      )}
    </>
  );
  return (
    <Dialog isOpen onClose={onClose} title={words.title} description={words.description} actions={actions} width="wide">
      <div className="flex flex-col gap-4">
        {error ? <Failure what={words.code} error={error} onRetry={make} /> : made ? <Invitation made={made} onAgain={make} /> : <SkeletonPanel height={196} />}
        <p role="status" className="text-13">
          {arrived ? <StatusSentence tone="ok">{words.joined(visible(arrived.friendly_name))}</StatusSentence> : made && <StatusSentence tone="info">{words.waiting}</StatusSentence>}
        </p>
      </div>
    </Dialog>
  );
}

interface Invited {
  made: Schema<"NewCode"> | null;
  error: ApiError | null;
  make: () => void;
}

function useInvitation(): Invited {
  const [made, setMade] = useState<Schema<"NewCode"> | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const isAsked = useRef(false);
  const make = useCallback(() => {
    setError(null);
    api.POST("/api/nodes/join-codes", { body: {} }).then(setMade, (why: unknown) => setError(asApiError(why)));
  }, []);
  useEffect(() => {
    if (isAsked.current) return;
    isAsked.current = true;
    make();
  }, [make]);
  return { made, error, make };
}

/** The first node that was not there when the dialog opened. */
function useArrived(): ReturnType<typeof useNodes>[number] | undefined {
  const nodes = useNodes();
  const [before] = useState(() => new Set(nodes.map(({ node_id }) => node_id)));
  return nodes.find(({ node_id }) => !before.has(node_id));
}

function Invitation({ made, onAgain }: { made: Schema<"NewCode">; onAgain: () => void }): ReactNode {
  const [system, setSystem] = useState<System>("linux");
  const now = useNow();
  const left = (Date.parse(made.expires_at) - now) / 1000;
  const url = new URL(made.join_url);
  const isOpen = url.protocol === "https:";
  const isLocal = !isOpen || /^(localhost|127\.|\[::1\])/.test(url.hostname);
  const warning = isLocal && <p className="rounded-control bg-warn-soft px-3 py-2 text-13">{words.local}</p>;
  if (!isOpen) return warning;
  return (
    <>
      <Select<System>
        label={words.system}
        value={system}
        onChange={setSystem}
        options={(Object.keys(words.systems) as System[]).map((value) => ({ value, label: words.systems[value] }))}
        className="max-w-40"
      />
      <Copied label={words.line} text={`mosaicfs join '${made.join_url}' --watch ${folders[system]} --start`} />
      {left > 0 ? (
        <Copied label={words.code} text={made.code} note={words.left(duration(left))} />
      ) : (
        <p className="flex items-center gap-3 text-13 text-warn">
          {words.over}
          <Button scale="small" onClick={onAgain}>
            {words.again}
          </Button>
        </p>
      )}
      {warning}
    </>
  );
}

function Copied({ label, text: shown, note }: { label: string; text: string; note?: string }): ReactNode {
  return (
    <div className="flex flex-col gap-1">
      <p className="flex justify-between gap-2 text-13 font-medium">
        {label}
        {note && <span className="tabular font-normal text-muted">{note}</span>}
      </p>
      <div className="flex items-center gap-2 rounded-control border bg-raised py-1 pr-1 pl-3">
        <code className="min-w-0 flex-1 font-mono text-13 break-all">{shown}</code>
        <CopyButton text={shown} label={label} />
      </div>
    </div>
  );
}
