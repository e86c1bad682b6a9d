import { type ReactNode, useEffect, useState } from "react";
import { documents, useDocuments } from "@/lib/documents";
import { replica } from "@/lib/live/connection";
import { useSignal } from "@/lib/signal";
import { counted, size } from "@/lib/sizes";
import { about as text } from "@/lib/text/settings-about";
import { Panel } from "@/parts/page";
import { Rows } from "./Rows";

/** What this browser keeps of the instance; it goes with the sign-out. */
export function Browser(): ReactNode {
  const { state, isKept } = useSignal(replica);
  const { everything } = documents;
  // It grows with the statuses, which change with every report of a node.
  useDocuments("agent_status");
  const count = everything().length;
  const bytes = useKeptBytes(isKept);
  return (
    <Panel title={text.browser}>
      <Rows
        rows={[
          [text.documents, counted(count)],
          [text.localSize, bytes === null ? text.isKept(isKept) : `${size(bytes)}, ${text.isKept(isKept)}`],
          [text.pull, (text.pulls as Record<string, string>)[state] ?? state],
        ]}
      />
    </Panel>
  );
}

function useKeptBytes(isKept: boolean): number | null {
  const [bytes, setBytes] = useState<number | null>(null);
  useEffect(() => {
    if (!isKept || !("storage" in navigator)) return;
    navigator.storage.estimate().then(
      ({ usage }) => setBytes(usage ?? null),
      () => setBytes(null),
    );
  }, [isKept]);
  return bytes;
}
