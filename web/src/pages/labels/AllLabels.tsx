import { PencilLine, Search } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useRouter } from "@tanstack/react-router";
import { useApi } from "@/api/queries";
import type { Schema } from "@/api/schemas";
import { addresses } from "@/lib/addresses";
import { classes } from "@/lib/classes";
import { useSettled } from "@/lib/settled";
import { counted } from "@/lib/sizes";
import { labels as text } from "@/lib/text/labels";
import { visible } from "@/lib/visible";
import { Panel } from "@/parts/page";
import { Empty, Loaded, NoMatch } from "@/parts/states";
import { Name } from "@/parts/things";
import { IconButton } from "@/parts/ui/icon-button";
import { SearchInput } from "@/parts/ui/search-input";
import { RenameDialog } from "./RenameDialog";

type Label = Schema<"LabelCount">;

const words = text.all;
const most = 200;

/** Every label with its counts: a click filters, the pencil renames. */
export function AllLabels({ current, onPick }: { current: string | undefined; onPick: (label: string) => void }): ReactNode {
  const [prefix, setPrefix] = useState("");
  const [renamed, setRenamed] = useState<Label | null>(null);
  const asked = useSettled(prefix, 200);
  const query = useApi("/api/labels", { params: { query: { limit: most, ...(asked ? { prefix: asked } : {}) } } }, { keepsPrevious: true });
  const none = asked ? <NoMatch by={visible(asked)} onClear={() => setPrefix("")} /> : <Empty drawing="labels" sentence={words.empty} />;
  return (
    <Panel title={words.title} isFlush className="max-h-full min-h-0 phone:max-h-80">
      <div className="flex h-full min-h-0 flex-col border-t">
        <SearchInput label={words.narrow} value={prefix} onChange={setPrefix} className="m-2" />
        <div className="min-h-0 flex-1 overflow-y-auto pb-2">
          <Loaded query={query} what={words.what} isEmpty={({ items }) => items.length === 0} empty={none}>
            {({ items, total }) => (
              <>
                <ul>
                  {items.map((label) => (
                    <LabelRow key={label.label} label={label} isCurrent={label.label === current} onPick={onPick} onRename={setRenamed} />
                  ))}
                </ul>
                {total !== null && total > items.length && <p className="px-4 py-2 text-12 text-muted">{words.more(counted(total - items.length))}</p>}
              </>
            )}
          </Loaded>
        </div>
      </div>
      {renamed && <RenameDialog label={renamed} onClose={() => setRenamed(null)} />}
    </Panel>
  );
}

interface LabelRowProps {
  label: Label;
  isCurrent: boolean;
  onPick: (label: string) => void;
  onRename: (label: Label) => void;
}

function LabelRow({ label, isCurrent, onPick, onRename }: LabelRowProps): ReactNode {
  const { history } = useRouter();
  const shown = visible(label.label);
  const icons = "size-4";
  return (
    <li className={classes("group relative flex h-row items-center gap-1 pr-2 pl-2 text-13 hover:bg-raised", isCurrent && "bg-accent-soft")}>
      <button
        type="button"
        aria-pressed={isCurrent}
        title={words.count(label.assignment_count, label.rule_count)}
        onClick={() => onPick(label.label)}
        className="flex h-full min-w-0 flex-1 items-center gap-2 rounded-control px-2 text-left focus-visible:-outline-offset-2"
      >
        <span className="sr-only">{words.filter}</span>
        <Name className="min-w-0 flex-1 font-medium">{label.label}</Name>
        <span className="tabular text-12 text-muted">{words.count(label.assignment_count, label.rule_count)}</span>
      </button>
      <span className="absolute right-2 flex rounded-control bg-raised opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 pointer-coarse:static pointer-coarse:bg-transparent pointer-coarse:opacity-100">
        <IconButton
          scale="small"
          label={words.find(shown)}
          icon={<Search className={icons} strokeWidth={1.5} aria-hidden="true" />}
          onClick={() => history.push(addresses.search({ label: [label.label] }))}
        />
        <IconButton scale="small" label={words.rename(shown)} icon={<PencilLine className={icons} strokeWidth={1.5} aria-hidden="true" />} onClick={() => onRename(label)} />
      </span>
    </li>
  );
}
