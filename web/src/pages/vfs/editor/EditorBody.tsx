import { Plus } from "lucide-react";
import { type ReactNode, useId, useMemo, useState } from "react";
import type { Schema } from "@/api/schemas";
import { useDocuments } from "@/lib/documents";
import { vfs } from "@/lib/text/vfs";
import { visible } from "@/lib/visible";
import { Condition } from "@/parts/things/condition";
import { Button } from "@/parts/ui/button";
import { Switch } from "@/parts/ui/choices";
import { moved, SortableList } from "@/parts/ui/sortable";
import { DraftPreview } from "./DraftPreview";
import { type Draft, givenOf, newKey, newMount, type Problems, problemsOf, without } from "./draft";
import { MountCard } from "./MountCard";
import { StepList } from "./StepList";

const text = vfs.editor;
const mostAffected = 10;
type Inherited = Schema<"ShownDirectory">["inherited"];

export interface EditorBodyProps {
  path: string;
  draft: Draft;
  inherited: Inherited;
  refused: Problems;
  onChange: (draft: Draft) => void;
}

export function EditorBody({ path, draft, inherited, refused, onChange }: EditorBodyProps): ReactNode {
  const [found, setFound] = useState<Problems>(() => new Map());
  const problems = refused.size > 0 ? refused : found;
  const given = useMemo(() => givenOf(draft), [draft]);
  const { mounts } = draft;
  const setMounts = (next: Draft["mounts"]): void => onChange({ ...draft, mounts: next });
  return (
    <>
      <div className="flex flex-col gap-6 p-4">
        <InheritedSteps inherited={inherited} />
        <section>
          <h3 className="text-13 font-semibold">{text.own}</h3>
          <p className="mb-2 text-12 text-muted">{text.ownHelp}</p>
          <StepList steps={draft.steps} place="steps" problems={problems} onChange={(steps) => onChange({ ...draft, steps })} />
          <Enforcing path={path} isOn={draft.enforces} onChange={(enforces) => onChange({ ...draft, enforces })} />
        </section>
        <section>
          <h3 className="mb-2 text-13 font-semibold">{text.mounts}</h3>
          {mounts.length === 0 && <p className="mb-2 text-13 text-muted">{text.noMounts}</p>}
          <SortableList items={mounts} keyOf={({ key }) => key} onOrder={setMounts} className="gap-3">
            {(mount, at) => (
              <MountCard
                key={mount.key}
                draft={mount}
                at={at}
                count={mounts.length}
                problems={problems}
                onChange={(next) => setMounts(mounts.map((one) => (one.key === mount.key ? next : one)))}
                onMove={(by) => setMounts(moved(mounts, at, by))}
                onCopy={() => {
                  setMounts([...mounts.slice(0, at + 1), { key: newKey(), mount: without(mount.mount, "mount_id"), steps: mount.steps.map(({ step }) => ({ key: newKey(), step: { ...step } })) }, ...mounts.slice(at + 1)]);
                }}
                onRemove={() => setMounts(mounts.filter((one) => one.key !== mount.key))}
              />
            )}
          </SortableList>
          <Button className="mt-3" icon={<Plus className="size-4" strokeWidth={1.5} aria-hidden="true" />} onClick={() => setMounts([...mounts, newMount("*")])}>
            {text.addMount}
          </Button>
        </section>
      </div>
      <DraftPreview path={path} given={given} onProblems={(fields) => setFound(problemsOf(fields))} />
    </>
  );
}

function InheritedSteps({ inherited }: { inherited: Inherited }): ReactNode {
  const some = inherited.filter(({ steps, mounts }) => steps.length > 0 || (mounts ?? []).some((mount) => mount.steps.length > 0));
  if (some.length === 0) return null;
  return (
    <section>
      <h3 className="mb-2 text-13 font-semibold">{text.inherited}</h3>
      {some.map(({ virtual_path, steps, mounts }) => (
        <div key={virtual_path} className="mb-2 rounded-control bg-raised p-3 text-13">
          <p className="mb-1 text-12 text-muted">{text.inheritedFrom(visible(virtual_path))}</p>
          <ul className="flex flex-col gap-1">
            {[...steps, ...(mounts ?? []).flatMap((mount) => mount.steps)].map((step, at) => (
              <li key={at} className="break-words">
                <Condition of={step as never} />
                <span className="text-muted"> ({text.matches[step.on_match ?? "continue"]})</span>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </section>
  );
}

function Enforcing({ path, isOn, onChange }: { path: string; isOn: boolean; onChange: (isOn: boolean) => void }): ReactNode {
  const id = useId();
  const all = useDocuments("virtual_directory");
  const below = all.map(({ virtual_path }) => virtual_path).filter((one) => one !== path && one.startsWith(path === "/" ? "/" : `${path}/`)).sort();
  return (
    <div className="mt-3">
      <div className="flex items-center gap-3">
        <Switch id={id} checked={isOn} onChange={onChange} />
        <label htmlFor={id} className="text-13">
          {text.enforce}
        </label>
      </div>
      {isOn && (
        <div className="mt-2 text-12 text-muted">
          {below.length === 0 ? text.affectedNone : text.affected(below.length)}
          <ul className="mt-1 flex flex-wrap gap-x-3 font-mono">
            {below.slice(0, mostAffected).map((one) => (
              <li key={one}>{visible(one)}</li>
            ))}
            {below.length > mostAffected && <li>…</li>}
          </ul>
        </div>
      )}
    </div>
  );
}
