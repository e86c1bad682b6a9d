import { Search } from "lucide-react";
import type { ReactNode } from "react";
import { common } from "@/lib/text/everywhere";
import { shell as text } from "@/lib/text/shell";
import { Name } from "@/parts/things";
import { Keys } from "@/parts/ui/keys";
import { Bell } from "./Bell";
import { ConnectionChip } from "./ConnectionChip";
import { useInstance } from "./instance";
import { JobsButton } from "./JobsButton";
import { UserMenu } from "./UserMenu";

export function TopBar({ onPalette, onShortcuts }: { onPalette: () => void; onShortcuts: () => void }): ReactNode {
  const name = useInstance()?.name ?? common.product;
  return (
    <header className="flex h-14 shrink-0 items-center gap-2 border-b bg-panel pr-[max(16px,env(safe-area-inset-right))] pl-gutter">
      <div className="flex min-w-0 flex-1 items-center gap-3">
        <Name className="min-w-0 text-14 font-semibold">{name}</Name>
        <ConnectionChip />
      </div>
      <button
        type="button"
        onClick={onPalette}
        className="mr-1 flex h-9 items-center gap-2 rounded-control border bg-page px-2.5 text-13 text-muted transition-colors hover:border-edge max-lg:border-transparent max-lg:bg-transparent pointer-coarse:h-11"
      >
        <Search className="size-4 max-lg:size-5" strokeWidth={1.5} aria-hidden="true" />
        <span className="w-32 text-left max-lg:sr-only">{text.palette}</span>
        <span aria-hidden="true" className="max-lg:hidden">
          <Keys of="Mod K" />
        </span>
      </button>
      <JobsButton />
      <Bell />
      <UserMenu onShortcuts={onShortcuts} />
    </header>
  );
}
