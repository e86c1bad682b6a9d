/** Who is told outside of this page: plugins that carry notifications, each with a test message. */
import { Send } from "lucide-react";
import { type ReactNode, useMemo } from "react";
import { api } from "@/api/client";
import { asApiError } from "@/api/errors";
import { useApi, useChange } from "@/api/queries";
import type { Schema } from "@/api/schemas";
import { addresses } from "@/lib/addresses";
import { useIsOnline } from "@/lib/live/connection";
import { common } from "@/lib/text/everywhere";
import { general as text } from "@/lib/text/settings-general";
import { visible, visibleText } from "@/lib/visible";
import { Panel } from "@/parts/page";
import { Loaded, SkeletonRows } from "@/parts/states";
import { Name, NodeBadge } from "@/parts/things";
import { Button, buttonClasses } from "@/parts/ui/button";
import { PageLink } from "@/parts/ui/page-link";
import { toast } from "@/parts/ui/toast";
import { isChannel, StandingOf } from "../plugin-standing";

type Plugin = Schema<"ShownPlugin">;

export function Channels(): ReactNode {
  const query = useApi("/api/plugins", { params: { query: { limit: 500 } } });
  const link = (
    <PageLink href={addresses.nodes()} className={buttonClasses("secondary", "small")}>
      {text.channel.add}
    </PageLink>
  );
  return (
    <Panel title={text.channels} isFlush actions={link}>
      <Loaded query={query} what={text.channels} skeleton={<SkeletonRows count={2} />}>
        {({ items }) => <Lines plugins={items} />}
      </Loaded>
    </Panel>
  );
}

function Lines({ plugins }: { plugins: readonly Plugin[] }): ReactNode {
  const channels = useMemo(() => plugins.filter(isChannel), [plugins]);
  if (channels.length === 0) return <p className="px-4 pb-4 text-13 text-muted">{text.channel.none}</p>;
  return (
    <ul className="divide-y border-t">
      {channels.map((plugin) => (
        <Line key={`${plugin.node_id}/${plugin.plugin_name}`} plugin={plugin} />
      ))}
    </ul>
  );
}

function Line({ plugin }: { plugin: Plugin }): ReactNode {
  const { node_id, plugin_name } = plugin;
  const name = visible(plugin.name);
  const isOnline = useIsOnline();
  const test = useChange((body: { node_id: string; plugin_name: string }) => api.POST("/api/nodes/{node_id}/plugins/{plugin_name}/check", { params: { path: body } }));
  const said = (checked: Schema<"Checked">): void => {
    if (checked.delivered) toast.done(text.channel.sent(name));
    else toast.failed(text.channel.notSent(name), new Error(visibleText(checked.last_error ?? text.channel.why)));
  };
  return (
    <li className="flex min-h-row flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2 text-13">
      <Name className="min-w-0 font-medium">{plugin.name}</Name>
      <NodeBadge id={node_id} />
      <span className="min-w-0 flex-1 basis-40">
        <StandingOf plugin={plugin} />
      </span>
      <PageLink href={`${addresses.settings("plugins")}?plugin=${encodeURIComponent(`${node_id}/${plugin_name}`)}`} className={buttonClasses("quiet", "small")}>
        {text.channel.setUp}
      </PageLink>
      {plugin.enabled && <Button
        scale="small"
        isBusy={test.isPending}
        disabled={!isOnline}
        title={isOnline ? undefined : common.offlineReason}
        aria-label={text.channel.testOf(name)}
        icon={<Send className="size-4" strokeWidth={1.5} aria-hidden="true" />}
        onClick={() => test.mutate({ node_id, plugin_name }, { onSuccess: said, onError: (error) => toast.failed(text.channel.notSent(name), asApiError(error)) })}
      >
        {text.channel.test}
      </Button>}
    </li>
  );
}
