/** Plugins that declare settings, grouped by node: one card each, its form unfolds. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type ReactNode, useMemo } from "react";
import { useApi } from "@/api/queries";
import type { Schema } from "@/api/schemas";
import { addresses } from "@/lib/addresses";
import { useNodes } from "@/lib/documents";
import { plugins as text } from "@/lib/text/settings-plugins";
import { Page } from "@/parts/page";
import { optionsOf } from "@/parts/schema-form";
import { Empty, Loaded } from "@/parts/states";
import { NodeBadge } from "@/parts/things";
import { buttonClasses } from "@/parts/ui/button";
import { PageLink } from "@/parts/ui/page-link";
import type { PluginsSearch } from "../routes";
import { SettingsHeader } from "../SettingsHeader";
import { PluginCard } from "./PluginCard";

type Plugin = Schema<"ShownPlugin">;

export function PluginsPage(): ReactNode {
  const query = useApi("/api/plugins", { params: { query: { limit: 500 } } });
  return (
    <Page>
      <SettingsHeader tab="plugins" />
      <Loaded query={query} what={text.what} isEmpty={({ items }) => !items.some(hasOptions)} empty={<None />}>
        {({ items }) => <Groups plugins={items} />}
      </Loaded>
    </Page>
  );
}

function hasOptions({ settings_schema }: Plugin): boolean {
  return optionsOf(settings_schema).length > 0;
}

export function idOf({ node_id, plugin_name }: Plugin): string {
  return `${node_id}/${plugin_name}`;
}

function Groups({ plugins }: { plugins: readonly Plugin[] }): ReactNode {
  const nodes = useNodes();
  const search: PluginsSearch = useSearch({ from: "/settings/plugins" });
  const navigate = useNavigate({ from: "/settings/plugins" });
  const groups = useMemo(() => grouped(plugins.filter(hasOptions), nodes.map(({ node_id }) => node_id)), [plugins, nodes]);
  const rest = plugins.length - plugins.filter(hasOptions).length;
  return (
    <>
      {groups.map(([nodeId, own]) => (
        <section key={nodeId} className="flex flex-col gap-3">
          <h2 className="flex">
            <NodeBadge id={nodeId} />
          </h2>
          {own.map((plugin) => (
            <PluginCard
              key={idOf(plugin)}
              plugin={plugin}
              isOpen={search.plugin === idOf(plugin)}
              onToggle={(isOpen) => void navigate({ search: isOpen ? { plugin: idOf(plugin) } : {}, replace: true })}
            />
          ))}
        </section>
      ))}
      <p className="text-13 text-muted">
        {text.rest}{" "}
        <PageLink href={addresses.nodes()} className="text-accent underline">
          {text.toNodes}
        </PageLink>
        {rest > 0 && ` (${rest})`}
      </p>
    </>
  );
}

function grouped(plugins: readonly Plugin[], order: readonly string[]): [string, Plugin[]][] {
  const found = new Map<string, Plugin[]>();
  for (const plugin of plugins) found.set(plugin.node_id, [...(found.get(plugin.node_id) ?? []), plugin]);
  return [...found].sort(([one], [other]) => order.indexOf(one) - order.indexOf(other));
}

function None(): ReactNode {
  return (
    <Empty
      drawing="rules"
      sentence={text.empty}
      action={
        <PageLink href={addresses.nodes()} className={buttonClasses("primary")}>
          {text.toNodes}
        </PageLink>
      }
    >
      {text.emptyMore}
    </Empty>
  );
}
