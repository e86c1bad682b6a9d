/** The labels of a file: those given by hand can be taken away, those of rules lead to their rule. */
import { type ReactNode, type RefObject, useEffect, useRef, useState } from "react";
import { api } from "@/api/client";
import { keyOf, queryClient, useApi, useChange } from "@/api/queries";
import type { Schema } from "@/api/schemas";
import { bareId } from "@/lib/open-file";
import { useIsOnline } from "@/lib/live/connection";
import { useSettled } from "@/lib/settled";
import { drawer } from "@/lib/text/drawer";
import { Loaded, SkeletonRows } from "@/parts/states";
import { LabelChip } from "@/parts/things";
import { Combobox } from "@/parts/ui/combobox";
import { toast } from "@/parts/ui/toast";
import { Section } from "./Section";

type Effective = Schema<"EffectiveLabels">;
const text = drawer.labels;
const path = "/api/labels/effective";

const field = "file-labels";

/** `timesWanted`: whenever it grows, the field gets the focus, and where it is not there yet, once it is. */
export function Labels({ fileId, timesWanted }: { fileId: string; timesWanted: number }): ReactNode {
  const init = { params: { query: { file_id: fileId } } };
  const query = useApi(path, init);
  const { set, isOnline } = useDirect(fileId);
  // A wish is taken once: the field comes back with the connection, but not to the focus.
  const takenRef = useRef(0);
  return (
    <Section title={text.title} id="file-part-labels">
      <Loaded query={query} what={text.what} skeleton={<SkeletonRows count={1} />}>
        {({ labels }) => {
          const direct = directOf(labels);
          return (
            <div className="flex flex-col gap-3">
              {labels.length === 0 ? (
                <p className="flex min-h-6 items-center text-13 text-muted">{text.none}</p>
              ) : (
                <ul className="flex flex-wrap gap-1.5">
                  {labels.map((label) => (
                    <li key={label.label} className="max-w-full">
                      <LabelChip
                        label={label.label}
                        rule={ruleOf(label)}
                        {...(label.source === "direct" && isOnline ? { onRemove: () => set(direct.filter((one) => one !== label.label)) } : {})}
                      />
                    </li>
                  ))}
                </ul>
              )}
              {isOnline && <NewLabel present={direct} timesWanted={timesWanted} takenRef={takenRef} onAdd={(label) => set([...direct, label])} />}
            </div>
          );
        }}
      </Loaded>
    </Section>
  );
}

function directOf(labels: Effective["labels"]): string[] {
  return labels.filter(({ source }) => source === "direct").map(({ label }) => label);
}

function ruleOf({ source, rule_id, rule_name }: Effective["labels"][number]): { id: string; name: string } | undefined {
  return source === "rule" && rule_id ? { id: rule_id, name: rule_name ?? rule_id } : undefined;
}

interface NewLabelProps {
  present: readonly string[];
  timesWanted: number;
  /** How many of these wishes were granted. */
  takenRef: RefObject<number>;
  onAdd: (label: string) => void;
}

function NewLabel({ present, timesWanted, takenRef, onAdd }: NewLabelProps): ReactNode {
  useEffect(() => {
    if (timesWanted <= takenRef.current) return;
    takenRef.current = timesWanted;
    document.getElementById(field)?.focus({ preventScroll: true });
  }, [timesWanted, takenRef]);
  const [typed, setTyped] = useState("");
  const prefix = useSettled(typed.trim(), 150);
  const { data } = useApi("/api/labels", { params: { query: { prefix, limit: 8 } } }, { enabled: prefix !== "", keepsPrevious: true });
  const known = (prefix === "" || typed.trim() === "" ? [] : (data?.items ?? [])).filter(({ label }) => !present.includes(label));
  const take = (label: string): void => {
    const wanted = label.trim();
    setTyped("");
    if (wanted && !present.includes(wanted)) onAdd(wanted);
  };
  return (
    <Combobox
      id={field}
      label={text.add}
      placeholder={text.add}
      value={typed}
      onChange={setTyped}
      onTake={take}
      completions={known.map(({ label, assignment_count }) => ({ value: label, ...(assignment_count > 0 ? { note: String(assignment_count) } : {}) }))}
    />
  );
}

/** Sets those given by hand: shown at once, taken back when refused, one after the other. */
function useDirect(fileId: string): { set: (labels: readonly string[]) => void; isOnline: boolean } {
  const isOnline = useIsOnline();
  const { mutate } = useChange(
    async (labels: readonly string[]) => {
      await api.PUT("/api/labels/assignments", { body: { file_id: fileId, labels: [...labels] } });
    },
    { touches: ["/api/labels", "/api/files", "/api/search", "/api/explain"], shown: (labels) => shown(fileId, labels), inTurn: `labels ${bareId(fileId)}` },
  );
  return { set: (labels) => mutate(labels, { onError: (error) => toast.failed(text.failed, error) }), isOnline };
}

function shown(fileId: string, direct: readonly string[]): () => void {
  const key = keyOf(path, { params: { query: { file_id: fileId } } });
  void queryClient.cancelQueries({ queryKey: key });
  const before = queryClient.getQueryData<Effective>(key);
  if (before) queryClient.setQueryData<Effective>(key, { ...before, labels: withDirect(before.labels, direct) });
  return () => queryClient.setQueryData(key, before);
}

export function withDirect(present: Effective["labels"], direct: readonly string[]): Effective["labels"] {
  const ofRules = present.filter(({ source, label }) => source === "rule" && !direct.includes(label));
  const given = direct.map((label) => ({ label, source: "direct" as const }));
  return [...ofRules, ...given].sort((one, other) => (one.label < other.label ? -1 : 1));
}
