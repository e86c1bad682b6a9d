import { ChevronRight } from "lucide-react";
import { type ReactNode, useId, useState } from "react";
import type { Schema } from "@/api/schemas";
import { classes } from "@/lib/classes";
import { visible } from "@/lib/visible";
import { Name } from "@/parts/things";
import { StandingOf } from "../plugin-standing";
import { PluginForm } from "./PluginForm";

export interface PluginCardProps {
  plugin: Schema<"ShownPlugin">;
  isOpen: boolean;
  onToggle: (isOpen: boolean) => void;
}

/** A folded form keeps what was typed into it. */
export function PluginCard({ plugin, isOpen, onToggle }: PluginCardProps): ReactNode {
  const id = useId();
  const [wasOpen, setWasOpen] = useState(isOpen);
  if (isOpen && !wasOpen) setWasOpen(true);
  return (
    <div className="rounded-panel border bg-panel">
      <h3>
        <button
          type="button"
          aria-expanded={isOpen}
          aria-controls={id}
          onClick={() => onToggle(!isOpen)}
          className="flex min-h-12 w-full flex-wrap items-center gap-x-4 gap-y-1 rounded-panel px-4 py-2 text-left hover:bg-raised focus-visible:-outline-offset-2"
        >
          <ChevronRight className={classes("size-4 shrink-0 text-muted transition-transform", isOpen && "rotate-90")} strokeWidth={1.5} aria-hidden="true" />
          <Name className="min-w-0 flex-1 text-14 font-semibold">{plugin.name}</Name>
          <span className="font-mono text-12 text-muted phone:hidden">{visible(plugin.plugin_name)}</span>
          <span className="min-w-0 text-13 font-normal">
            <StandingOf plugin={plugin} />
          </span>
        </button>
      </h3>
      <div id={id} hidden={!isOpen}>
        {wasOpen && <PluginForm plugin={plugin} onClose={() => onToggle(false)} />}
      </div>
    </div>
  );
}
