import { ChevronRight, RefreshCw, Settings2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { api } from "@/api/client";
import { useChange } from "@/api/queries";
import type { Schema } from "@/api/schemas";
import { classes } from "@/lib/classes";
import { useIsOnline } from "@/lib/live/connection";
import { useIsPhone } from "@/lib/media";
import { plugins as text } from "@/lib/text/plugins";
import { visible, visibleText } from "@/lib/visible";
import { Name, StatusSentence, Time, type Tone } from "@/parts/things";
import { Switch } from "@/parts/ui/choices";
import { IconButton } from "@/parts/ui/icon-button";
import { toast } from "@/parts/ui/toast";
import { PluginJobs } from "./PluginJobs";
import type { PluginItem } from "./sentences";
import { Cell, Row, RowActions } from "./table";

type Plugin = Schema<"ShownPlugin">;

const columns = 6;
const tones: Record<string, Tone> = { ready: "ok", disabled: "neutral", refused: "error", missing: "warn", paused: "error", failing: "warn", disconnected: "warn", restart_needed: "warn" };
const icon = { className: "size-4", strokeWidth: 1.5, "aria-hidden": true } as const;

export interface PluginRowProps {
  plugin: Plugin;
  /** What the agent told of it last. */
  item: PluginItem | undefined;
  onOpen: () => void;
}

export function PluginRow({ plugin, item, onOpen }: PluginRowProps): ReactNode {
  const [isUnfolded, setUnfolded] = useState(false);
  const name = visible(plugin.name);
  const hasJobs = (plugin.subscribed_events?.length ?? 0) > 0;
  const isPhone = useIsPhone();
  return (
    <>
      <Row>
        <Cell>
          <span className="flex min-w-0 items-center gap-1">
            {hasJobs ? (
              <IconButton
                scale="small"
                label={text.unfold(name)}
                aria-expanded={isUnfolded}
                onClick={() => setUnfolded(!isUnfolded)}
                icon={<ChevronRight {...icon} className={classes("size-4 transition-transform", isUnfolded && "rotate-90")} />}
              />
            ) : (
              <span className="w-7 shrink-0 phone:hidden pointer-coarse:w-11" />
            )}
            <span className="flex min-w-0 flex-col">
              <button type="button" onClick={onOpen} className="min-h-6 min-w-0 rounded-control text-left font-medium hover:text-accent">
                <Name className="block">{plugin.name}</Name>
              </button>
              {plugin.name !== plugin.plugin_name && <Name className="block font-mono text-12 text-muted phone:hidden">{plugin.plugin_name}</Name>}
              {isPhone && <State plugin={plugin} item={item} />}
            </span>
          </span>
        </Cell>
        <Cell isWide>{text.types[plugin.plugin_type]}</Cell>
        {!isPhone && (
          <Cell>
            <State plugin={plugin} item={item} />
          </Cell>
        )}
        <Cell isWide>
          <Time at={item?.last_activity} />
        </Cell>
        <Cell isRight>
          <Enabled plugin={plugin} />
        </Cell>
        <Cell isRight isExtra>
          <RowActions>
            {hasJobs && plugin.enabled && <Sync plugin={plugin} />}
            <IconButton scale="small" label={text.edit(name)} icon={<Settings2 {...icon} />} onClick={onOpen} />
          </RowActions>
        </Cell>
      </Row>
      {isUnfolded && (
        <tr className="border-b last:border-b-0">
          <td colSpan={columns} className="p-0">
            <PluginJobs plugin={plugin} failed={item?.failed ?? 0} />
          </td>
        </tr>
      )}
    </>
  );
}

function State({ plugin, item }: { plugin: Plugin; item: PluginItem | undefined }): ReactNode {
  const standing = plugin.enabled ? (item?.standing ?? plugin.standing) : "disabled";
  const failed = item?.failed ?? 0;
  const waiting = (item?.pending ?? 0) + (item?.in_flight ?? 0);
  const word = standing === null ? text.unknownState : (text.standings[standing] ?? visible(standing));
  const counted = [...(waiting > 0 ? [text.waiting(waiting)] : []), ...(failed > 0 ? [text.failedJobs(failed)] : [])].join(", ");
  const why = plugin.warnings.includes("not_installed") ? text.notInstalled : plugin.enabled ? (item?.reason ?? plugin.reason) : "";
  return (
    <>
      <StatusSentence tone={failed > 0 ? "error" : (tones[standing ?? ""] ?? "neutral")}>{[word, counted].filter(Boolean).join(", ")}</StatusSentence>
      {why && <p className="text-12 break-words whitespace-pre-line text-muted">{visibleText(why)}</p>}
    </>
  );
}

/** Acts at once; the switch goes back when the server refuses. */
function Enabled({ plugin }: { plugin: Plugin }): ReactNode {
  const [wish, setWish] = useState<boolean | null>(null);
  const isOnline = useIsOnline();
  const path = { node_id: plugin.node_id, plugin_name: plugin.plugin_name };
  const change = useChange((enabled: boolean) => api.PATCH("/api/nodes/{node_id}/plugins/{plugin_name}", { params: { path }, body: { enabled } }), { touches: ["/api/nodes", "/api/plugins"] });
  const press = (enabled: boolean): void => {
    setWish(enabled);
    change.mutate(enabled, { onError: (error) => toast.failed(text.switchFailed(visible(plugin.name)), error), onSettled: () => setWish(null) });
  };
  return <Switch checked={wish ?? plugin.enabled} disabled={!isOnline} label={text.switch(visible(plugin.name))} onChange={press} />;
}

function Sync({ plugin }: { plugin: Plugin }): ReactNode {
  const isOnline = useIsOnline();
  const path = { node_id: plugin.node_id, plugin_name: plugin.plugin_name };
  const sync = useChange(() => api.POST("/api/nodes/{node_id}/plugins/{plugin_name}/sync", { params: { path }, body: {} }), { touches: ["/api/jobs", "/api/nodes"] });
  const start = (): void => sync.mutate(undefined, { onSuccess: () => toast.done(text.syncing(visible(plugin.name))), onError: (error) => toast.failed(text.syncFailed, error) });
  return <IconButton scale="small" label={text.sync} disabled={!isOnline || sync.isPending} icon={<RefreshCw {...icon} />} onClick={start} />;
}
