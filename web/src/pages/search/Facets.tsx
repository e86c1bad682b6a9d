/** How many files of the whole match are of which kind; a click narrows it down. */
import { PanelLeftClose, PanelLeftOpen } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useApi } from "@/api/queries";
import type { Schema } from "@/api/schemas";
import { classes } from "@/lib/classes";
import { useMedia } from "@/lib/media";
import { useOpenFile } from "@/lib/open-file";
import { keepChoice, kept } from "@/lib/preferences";
import { counted } from "@/lib/sizes";
import { search as text } from "@/lib/text/search";
import { IconButton } from "@/parts/ui/icon-button";
import { type Asked, askedOf, queryOf, toggled } from "./asked";
import { type FiltersProps, useShownValue } from "./Filters";

type Counts = readonly Schema<"FacetCount">[];

const names = ["type", "node", "label", "ext", "size"] as const;
type FacetName = (typeof names)[number];
const shownAtOnce = 6;
const icon = { className: "size-4", strokeWidth: 1.5, "aria-hidden": true } as const;

interface Asking {
  /** What was found is here: only then it is counted, so that nobody waits for counts first. */
  canAsk: boolean;
}

/** Beside the results where there is room for them. */
export function Facets({ asked, onChange, canAsk }: FiltersProps & Asking): ReactNode {
  const hasRoom = useMedia("(min-width: 1024px)");
  const isWide = useMedia("(min-width: 1600px)");
  const isCrowded = useOpenFile().fileId !== null && !isWide;
  const [isShown, setShown] = useState(() => kept("fold.search-facets", { isShown: true }).isShown);
  if (!hasRoom || isCrowded) return null;
  const fold = (): void => {
    setShown(!isShown);
    keepChoice("fold.search-facets", { isShown: !isShown });
  };
  return (
    <aside aria-label={text.facets} className={classes("flex min-h-0 shrink-0 flex-col", isShown ? "w-56" : "w-9")}>
      <div className="mb-2 flex h-9 items-center">
        {isShown && <h2 className="flex-1 px-2 text-14 font-semibold">{text.facets}</h2>}
        <IconButton label={isShown ? text.hideFacets : text.showFacets} aria-expanded={isShown} onClick={fold} icon={isShown ? <PanelLeftClose {...icon} /> : <PanelLeftOpen {...icon} />} />
      </div>
      {isShown && <Groups asked={asked} onChange={onChange} canAsk={canAsk} />}
    </aside>
  );
}

function Groups({ asked, onChange, canAsk }: FiltersProps & Asking): ReactNode {
  const { data } = useApi("/api/search", { params: { query: { ...queryOf(asked), limit: 1, facets: names.join(",") } } }, { keepsPrevious: true, enabled: canAsk });
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-4 overflow-y-auto pr-1">
      {names.map((name) => (
        <Group key={name} name={name} counts={data?.facets?.[name] ?? []} asked={asked} onChange={onChange} />
      ))}
    </div>
  );
}

function Group({ name, counts, asked, onChange }: FiltersProps & { name: FacetName; counts: Counts }): ReactNode {
  const [isAll, setAll] = useState(false);
  if (counts.length === 0) return null;
  const some = isAll ? counts : counts.slice(0, shownAtOnce);
  const left = counts.length - some.length;
  const press = (value: string): void =>
    onChange(name === "size" ? askedOf({ ...asked, size: asked.size === value ? undefined : value }) : toggled(asked, name, value));
  return (
    <section>
      <h3 className="px-2 pb-1 text-12 font-medium text-muted">{text.filters[name]}</h3>
      <ul>
        {some.map(({ value, count }) => (
          <Value key={value} name={name} value={value} count={count} isOn={isOn(asked, name, value)} onPress={() => press(value)} />
        ))}
      </ul>
      {(left > 0 || isAll) && (
        <button type="button" onClick={() => setAll(!isAll)} className="min-h-6 rounded-control px-2 text-12 text-accent hover:underline">
          {isAll ? text.fewerValues : text.moreValues(left)}
        </button>
      )}
    </section>
  );
}

function isOn(asked: Asked, name: FacetName, value: string): boolean {
  return name === "size" ? asked.size === value : (asked[name] as readonly string[] | undefined)?.includes(value) === true;
}

function Value({ name, value, count, isOn: isPressed, onPress }: { name: FacetName; value: string; count: number; isOn: boolean; onPress: () => void }): ReactNode {
  const shown = useShownValue(name, value);
  return (
    <li>
      <button
        type="button"
        aria-pressed={isPressed}
        onClick={onPress}
        className={classes("flex min-h-7 w-full items-center gap-2 rounded-control px-2 text-left text-13 hover:bg-raised focus-visible:-outline-offset-2 pointer-coarse:min-h-11", isPressed && "bg-accent-soft text-accent")}
      >
        <bdi className="min-w-0 flex-1 truncate">{shown}</bdi>
        <span className="tabular text-12 text-muted">
          {counted(count)} <span className="sr-only">{text.unit(count)}</span>
        </span>
      </button>
    </li>
  );
}
