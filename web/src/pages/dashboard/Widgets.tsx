import type { ReactNode } from "react";
import { useApi } from "@/api/queries";
import type { Schema } from "@/api/schemas";
import { addresses } from "@/lib/addresses";
import { classes } from "@/lib/classes";
import { useDocument } from "@/lib/documents";
import { dashboard as text } from "@/lib/text/dashboard";
import { visible, visibleText } from "@/lib/visible";
import { Badge, Name, NodeBadge, Time } from "@/parts/things";
import { PageLink } from "@/parts/ui/page-link";
import { factsOf, tones } from "./widget";

const edges = { healthy: "", warning: "border-warn", error: "border-error" };

/** A card a plugin that has something to say; without any there is no such section. */
export function Widgets(): ReactNode {
  const { data } = useApi("/api/widgets", undefined, { every: 60_000 });
  if (!data || data.items.length === 0) return null;
  return (
    <section aria-label={text.widgets} className="grid gap-3 md:grid-cols-2 xl:grid-cols-3">
      {data.items.map((widget) => (
        <WidgetCard key={`${widget.node_id} ${widget.plugin_name}`} widget={widget} />
      ))}
    </section>
  );
}

function WidgetCard({ widget }: { widget: Schema<"Widget"> }): ReactNode {
  const { node_id, plugin_name, results, fetched_at, silent, description } = widget;
  const plugin = useDocument("plugin", `plugin::${node_id}::${plugin_name}`);
  const facts = factsOf(results);
  const name = plugin?.name || description || plugin_name;
  return (
    <article className={classes("flex flex-col gap-3 rounded-panel border bg-panel p-4", edges[facts.status])}>
      <header className="flex items-center gap-2">
        <h2 className="min-w-0 flex-1 truncate text-14 font-semibold">
          <PageLink href={addresses.node(node_id)} className="hover:text-accent">
            <Name>{name}</Name>
          </PageLink>
        </h2>
        <Badge tone={silent ? "neutral" : tones[facts.status]}>{text.health[facts.status]}</Badge>
      </header>
      {facts.description && <p className={classes("text-13 whitespace-pre-line", silent && "text-muted")}>{visibleText(facts.description)}</p>}
      {facts.pairs.length > 0 && (
        <dl className={classes("flex flex-col gap-1 text-13", silent && "text-muted")}>
          {facts.pairs.map(([key, value]) => (
            <div key={key} className="flex justify-between gap-4">
              <dt className="min-w-0 truncate text-muted">{visible(key)}</dt>
              <dd className="tabular min-w-0 text-right break-words">{visible(value)}</dd>
            </div>
          ))}
        </dl>
      )}
      <footer className="mt-auto flex items-center justify-between gap-2 text-12 text-muted">
        <NodeBadge id={node_id} />
        <span>
          {silent ? text.silent : text.asked} <Time at={fetched_at} />
        </span>
      </footer>
    </article>
  );
}
