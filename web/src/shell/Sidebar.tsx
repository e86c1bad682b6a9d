import { PanelLeftClose, PanelLeftOpen } from "lucide-react";
import type { ReactNode } from "react";
import { classes } from "@/lib/classes";
import { useMedia } from "@/lib/media";
import { setLook, useLook } from "@/lib/preferences";
import { common } from "@/lib/text/everywhere";
import { shell as text } from "@/lib/text/shell";
import { Mark } from "@/parts/mark";
import { IconButton } from "@/parts/ui/icon-button";
import { PageLink } from "@/parts/ui/page-link";
import { Tooltip } from "@/parts/ui/tooltip";
import { useCurrentRoot, usePlaces } from "./going";
import type { Place } from "./places";

/** 232 px, folded 56 px: as one wishes, and until one does, by the room that there is. */
export function Sidebar(): ReactNode {
  const { isFolded: wished } = useLook();
  const isNarrow = useMedia("(max-width: 1023px)");
  const isFolded = wished ?? isNarrow;
  const current = useCurrentRoot();
  const Fold = isFolded ? PanelLeftOpen : PanelLeftClose;
  return (
    <nav aria-label={text.mainMenu} className={classes("flex shrink-0 flex-col border-r bg-panel pl-[env(safe-area-inset-left)]", isFolded ? "w-14" : "w-58")}>
      <div className="flex h-14 items-center gap-2.5 px-4">
        <Mark className="size-6 shrink-0" />
        {!isFolded && <span className="text-14 font-semibold">{common.product}</span>}
      </div>
      <div className="flex flex-1 flex-col gap-0.5 overflow-y-auto px-2 py-2">
        {usePlaces().map((place) => (
          <PlaceLink key={place.name} place={place} isFolded={isFolded} isCurrent={place.root === current} />
        ))}
      </div>
      <div className={classes("p-2", !isFolded && "flex justify-end")}>
        <IconButton
          label={isFolded ? text.unfold : text.fold}
          onClick={() => setLook({ isFolded: !isFolded })}
          icon={<Fold className="size-5" strokeWidth={1.5} aria-hidden="true" />}
          className="size-10"
        />
      </div>
    </nav>
  );
}

function PlaceLink({ place, isFolded, isCurrent }: { place: Place; isFolded: boolean; isCurrent: boolean }): ReactNode {
  const Icon = place.icon;
  const link = (
    <PageLink
      href={place.href}
      aria-current={isCurrent ? "page" : undefined}
      aria-label={isFolded ? place.label : undefined}
      className={classes(
        "flex h-9 shrink-0 items-center gap-3 rounded-control px-2.5 text-14 font-medium transition-colors pointer-coarse:h-11",
        isCurrent ? "bg-accent-soft text-accent" : "text-muted hover:bg-raised hover:text-ink",
      )}
    >
      <Icon className="size-5 shrink-0" strokeWidth={1.5} aria-hidden="true" />
      {!isFolded && <span className="truncate">{place.label}</span>}
    </PageLink>
  );
  return isFolded ? (
    <Tooltip text={place.label} keys={`g ${place.key}`} side="right">
      {link}
    </Tooltip>
  ) : (
    link
  );
}
