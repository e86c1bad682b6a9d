/** Filters as chips: what is filtered by, and more to filter by. */
import { Plus } from "lucide-react";
import { type ReactElement, type ReactNode, useState } from "react";
import { useApi } from "@/api/queries";
import { useNode, useNodes } from "@/lib/documents";
import { useSettled } from "@/lib/settled";
import { common } from "@/lib/text/everywhere";
import { search as text } from "@/lib/text/search";
import { visible } from "@/lib/visible";
import { Chip } from "@/parts/things";
import { Button } from "@/parts/ui/button";
import { Combobox } from "@/parts/ui/combobox";
import { Menu } from "@/parts/ui/menu";
import { Popover } from "@/parts/ui/popover";
import { type Asked, askedOf, kinds, listed, type Listed, toggled } from "./asked";

export interface FiltersProps {
  asked: Asked;
  onChange: (asked: Asked) => void;
}

type Single = "size" | "changed";

export function Filters({ asked, onChange }: FiltersProps): ReactNode {
  const nodes = useNodes();
  const toggle = (name: Listed, value: string): void => onChange(toggled(asked, name, value));
  const put = (name: Single, value: string | undefined): void => onChange(askedOf({ ...asked, [name]: value }));
  return (
    <div className="flex flex-wrap items-center gap-2">
      {listed.flatMap((name) => (asked[name] ?? []).map((value) => <Active key={`${name} ${value}`} name={name} value={value} onRemove={() => toggle(name, value)} />))}
      {(["size", "changed"] as const).map((name) => asked[name] && <Active key={name} name={name} value={asked[name]} onRemove={() => put(name, undefined)} />)}
      <LabelFilter present={asked.label ?? []} onTake={(label) => toggle("label", label)} />
      <ChoiceFilter name="type" choices={kinds.map((kind) => [kind, text.types[kind]])} present={asked.type ?? []} onTake={(kind) => toggle("type", kind)} />
      <ChoiceFilter name="size" choices={Object.entries(text.sizes)} present={asked.size ? [asked.size] : []} onTake={(size) => put("size", size)} />
      <ChoiceFilter name="changed" choices={Object.entries(text.ages)} present={asked.changed ? [asked.changed] : []} onTake={(age) => put("changed", age)} />
      {nodes.length > 1 && (
        <ChoiceFilter name="node" choices={nodes.map(({ node_id, friendly_name }) => [node_id, visible(friendly_name)])} present={asked.node ?? []} onTake={(node) => toggle("node", node)} />
      )}
      {(listed.some((name) => asked[name]) || asked.size || asked.changed) && (
        <Button scale="small" look="quiet" className="text-muted" onClick={() => onChange(askedOf({ q: asked.q, sort: asked.sort }))}>
          {common.clearFilters}
        </Button>
      )}
    </div>
  );
}

function Active({ name, value, onRemove }: { name: Listed | Single; value: string; onRemove: () => void }): ReactNode {
  const shown = useShownValue(name, value);
  return (
    <Chip onRemove={onRemove} removeLabel={text.removeFilter(text.filters[name], shown)}>
      <span className="text-muted">{text.filters[name]}:</span> {shown}
    </Chip>
  );
}

/** A value of a filter as people read it. */
export function useShownValue(name: Listed | Single, value: string): string {
  const node = useNode(name === "node" ? value : "");
  if (name === "node") return visible(node?.friendly_name ?? value);
  const words: Record<string, string> = name === "type" ? text.types : name === "size" ? text.sizes : name === "changed" ? text.ages : {};
  return words[value] ?? visible(value);
}

function trigger(name: Listed | Single): ReactElement {
  return (
    <Button scale="small" className="rounded-full! text-muted" aria-label={text.addFilter(text.filters[name])} icon={<Plus className="size-3.5" strokeWidth={1.5} aria-hidden="true" />}>
      {text.filters[name]}
    </Button>
  );
}

interface ChoiceFilterProps {
  name: Listed | Single;
  choices: readonly (readonly [string, string])[];
  present: readonly string[];
  onTake: (value: string) => void;
}

function ChoiceFilter({ name, choices, present, onTake }: ChoiceFilterProps): ReactNode {
  const left = choices.filter(([value]) => !present.includes(value));
  if (left.length === 0) return null;
  return <Menu align="start" label={text.filters[name]} trigger={trigger(name)} entries={left.map(([value, label]) => ({ label, onSelect: () => onTake(value) }))} />;
}

function LabelFilter({ present, onTake }: { present: readonly string[]; onTake: (label: string) => void }): ReactNode {
  const [isOpen, setOpen] = useState(false);
  return (
    <Popover align="start" label={text.addFilter(text.filters.label)} trigger={trigger("label")} className="w-72 p-2" isOpen={isOpen} onOpenChange={setOpen}>
      <LabelChoice
        present={present}
        onTake={(label) => {
          setOpen(false);
          onTake(label);
        }}
      />
    </Popover>
  );
}

const most = 8;

function LabelChoice({ present, onTake }: { present: readonly string[]; onTake: (label: string) => void }): ReactNode {
  const [typed, setTyped] = useState("");
  const prefix = useSettled(typed.trim(), 150);
  const { data } = useApi("/api/labels", { params: { query: { prefix, limit: most } } }, { keepsPrevious: true });
  const known = (data?.items ?? []).map(({ label }) => label).filter((label) => !present.includes(label));
  const take = (label: string): void => {
    if (label.trim()) onTake(label.trim());
  };
  return (
    <div className="flex flex-col gap-1">
      <Combobox label={text.findLabel} placeholder={text.findLabel} value={typed} onChange={setTyped} onTake={take} completions={[]} />
      <ul className="max-h-64 overflow-y-auto">
        {known.map((label) => (
          <li key={label}>
            <button type="button" onClick={() => take(label)} className="flex min-h-8 w-full items-center rounded-control px-2 text-left text-14 hover:bg-raised pointer-coarse:min-h-11">
              <span className="truncate">{visible(label)}</span>
            </button>
          </li>
        ))}
        {data && known.length === 0 && <li className="px-2 py-1.5 text-13 text-muted">{text.noLabels}</li>}
      </ul>
    </div>
  );
}
