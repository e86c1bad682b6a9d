/** One filter step: its kind, what it is asked with, and what follows when it matches. */
import { ArrowDown, ArrowUp, Copy, MoreHorizontal, Trash2 } from "lucide-react";
import { type ReactNode, useId } from "react";
import { vfs } from "@/lib/text/vfs";
import { visible } from "@/lib/visible";
import { Checkbox, Select } from "@/parts/ui/choices";
import { IconButton } from "@/parts/ui/icon-button";
import { Menu } from "@/parts/ui/menu";
import { SortableItem } from "@/parts/ui/sortable";
import type { Problems, RawStep, StepDraft } from "./draft";
import { opOf, ops, withFlag, withOp } from "./ops";
import { StepField } from "./StepField";

const text = vfs.editor;
const icon = { className: "size-4", strokeWidth: 1.5, "aria-hidden": true } as const;

export interface StepCardProps {
  draft: StepDraft;
  at: number;
  count: number;
  /** `mounts[0].steps[2]`. */
  place: string;
  problems: Problems;
  onChange: (step: RawStep) => void;
  onMove: (by: 1 | -1) => void;
  onCopy: () => void;
  onRemove: () => void;
}

export function StepCard({ draft: { key, step }, at, count, place, problems, onChange, onMove, onCopy, onRemove }: StepCardProps): ReactNode {
  const op = opOf(step);
  const menu = (
    <Menu
      label={vfs.more}
      trigger={<IconButton scale="small" label={vfs.more} icon={<MoreHorizontal {...icon} />} />}
      entries={[
        at > 0 && { label: text.up, icon: <ArrowUp {...icon} />, onSelect: () => onMove(-1) },
        at < count - 1 && { label: text.down, icon: <ArrowDown {...icon} />, onSelect: () => onMove(1) },
        { label: text.duplicate, icon: <Copy {...icon} />, onSelect: onCopy },
        { label: text.delete, icon: <Trash2 {...icon} />, isDanger: true, onSelect: onRemove },
      ]}
    />
  );
  return (
    <SortableItem id={key} handleLabel={text.moveStep(at + 1)} className="border-t bg-panel py-2 first:border-t-0">
      {(handle) => (
        <div className="flex items-start gap-1">
          {handle}
          {op ? (
            <div className="flex min-w-0 flex-1 flex-wrap items-start gap-2">
              <Select label={text.op} value={step.op} onChange={(next) => onChange(withOp(step, ops.find((one) => one.op === next) ?? op))} options={ops.map((one) => ({ value: one.op, label: one.label }))} className="h-8! w-36! text-13! pointer-coarse:h-11!" />
              {op.fields.map((field) => (
                <StepField key={`${step.op} ${field.name}`} field={field} step={step} problem={problems.get(`${place}.${field.name}`) ?? undefined} onChange={onChange} />
              ))}
              {op.flags?.map(({ letter, label }) => (
                <Tick key={letter} label={label} isOn={String(step.flags ?? "").includes(letter)} onChange={(isOn) => onChange(withFlag(step, letter, isOn))} />
              ))}
              <Tick label={text.invert} isOn={step.invert === true} onChange={(isOn) => onChange({ ...step, invert: isOn })} />
              <Select
                label={text.onMatch}
                value={typeof step.on_match === "string" ? step.on_match : "continue"}
                onChange={(on_match) => onChange({ ...step, on_match })}
                options={Object.entries(text.matches).map(([value, label]) => ({ value, label }))}
                className="h-8! w-40! text-13! pointer-coarse:h-11!"
              />
              <Trouble problem={problems.get(place)} />
            </div>
          ) : (
            <div className="min-w-0 flex-1">
              <p className="text-12 text-muted">{text.unknown(visible(step.op))}</p>
              <pre className="mt-1 overflow-x-auto rounded-control bg-raised p-2 font-mono text-12">{visible(JSON.stringify(step))}</pre>
            </div>
          )}
          {menu}
        </div>
      )}
    </SortableItem>
  );
}

function Trouble({ problem }: { problem: string | undefined }): ReactNode {
  if (!problem) return null;
  return (
    <p role="alert" className="w-full text-12 text-error">
      {visible(problem)}
    </p>
  );
}

function Tick({ label, isOn, onChange }: { label: string; isOn: boolean; onChange: (isOn: boolean) => void }): ReactNode {
  const id = useId();
  return (
    <span className="flex h-8 items-center gap-1.5 text-13 pointer-coarse:h-11">
      <Checkbox id={id} checked={isOn} onChange={onChange} />
      <label htmlFor={id}>{label}</label>
    </span>
  );
}
