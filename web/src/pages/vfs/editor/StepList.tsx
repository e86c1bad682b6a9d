import { Plus } from "lucide-react";
import type { ReactNode } from "react";
import { vfs } from "@/lib/text/vfs";
import { Button } from "@/parts/ui/button";
import { moved, SortableList } from "@/parts/ui/sortable";
import { newKey, type Problems, type StepDraft } from "./draft";
import { ops } from "./ops";
import { StepCard } from "./StepCard";

export interface StepListProps {
  steps: readonly StepDraft[];
  /** `steps` or `mounts[0].steps`. */
  place: string;
  problems: Problems;
  onChange: (steps: StepDraft[]) => void;
}

export function StepList({ steps, place, problems, onChange }: StepListProps): ReactNode {
  const first = ops[0];
  const add = (): void => onChange([...steps, { key: newKey(), step: { op: first?.op ?? "glob", ...first?.begin, on_match: "continue" } }]);
  return (
    <div>
      <SortableList items={steps} keyOf={({ key }) => key} onOrder={onChange}>
        {(draft, at) => (
          <StepCard
            key={draft.key}
            draft={draft}
            at={at}
            count={steps.length}
            place={`${place}[${at}]`}
            problems={problems}
            onChange={(step) => onChange(steps.map((one) => (one.key === draft.key ? { ...one, step } : one)))}
            onMove={(by) => onChange(moved(steps, at, by))}
            onCopy={() => onChange([...steps.slice(0, at + 1), { key: newKey(), step: { ...draft.step } }, ...steps.slice(at + 1)])}
            onRemove={() => onChange(steps.filter((one) => one.key !== draft.key))}
          />
        )}
      </SortableList>
      <Button scale="small" look="quiet" icon={<Plus className="size-4" strokeWidth={1.5} aria-hidden="true" />} onClick={add}>
        {steps.length === 0 ? vfs.editor.addFirst : vfs.editor.addStep}
      </Button>
    </div>
  );
}
