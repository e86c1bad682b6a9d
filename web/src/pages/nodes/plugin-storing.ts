/** How a plugin reaches the server, and what it says of one that it does not take. */
import { useEffect, useState } from "react";
import { api, tagged } from "@/api/client";
import { type ApiError } from "@/api/errors";
import { refresh } from "@/api/queries";
import type { Schema } from "@/api/schemas";
import { type Option, type OptionProblems, refusedOptions } from "@/parts/schema-form";
import { type PluginDraft, type PluginProblems, patchOf, refusedFields } from "./plugin-draft";

export type Plugin = Schema<"ShownPlugin">;

const one = "/api/nodes/{node_id}/plugins/{plugin_name}";

export interface Wish {
  nodeId: string;
  draft: PluginDraft;
  /** What the draft is compared with: only the difference is sent. */
  saved: PluginDraft;
  options: readonly Option[];
  hasLimits: boolean;
}

export async function added({ nodeId, draft, saved, options, hasLimits }: Wish): Promise<void> {
  const { settings, secrets, ...rest } = patchOf(draft, saved, options, hasLimits);
  const body = {
    ...(rest as Partial<Schema<"NewPlugin">>),
    ...(draft.plugin_type === "" ? {} : { plugin_type: draft.plugin_type }),
    plugin_name: draft.plugin_name.trim(),
    enabled: draft.enabled,
    settings: stated(settings),
    secrets: stated(secrets),
  };
  await api.POST("/api/nodes/{node_id}/plugins", { params: { path: { node_id: nodeId } }, body });
  await refreshed();
}

/** A new plugin has nothing that could be taken out. */
function stated<T>(given: Record<string, T | null> | null | undefined): Record<string, T> {
  return Object.fromEntries(Object.entries(given ?? {}).filter((entry): entry is [string, T] => entry[1] !== null));
}

/** Without a validator on top of whatever was saved meanwhile. */
export async function changed({ nodeId, draft, saved, options, hasLimits }: Wish, etag: string | null): Promise<void> {
  const body = patchOf(draft, saved, options, hasLimits);
  await api.PATCH(one, { params: { path: { node_id: nodeId, plugin_name: saved.plugin_name } }, body, ...(etag ? { headers: { "If-Match": etag } } : {}) });
  await refreshed();
}

export async function removed(nodeId: string, name: string): Promise<void> {
  await api.DELETE(one, { params: { path: { node_id: nodeId, plugin_name: name } } });
  await refreshed();
}

async function refreshed(): Promise<void> {
  await Promise.all([refresh("/api/nodes"), refresh("/api/plugins")]);
}

/** At the fields that the server named, else as a whole. */
export function refusalsOf({ fields, message }: ApiError, options: readonly Option[]): { ofFields: PluginProblems; ofOptions: OptionProblems } {
  const ofFields = refusedFields(fields);
  const ofOptions = refusedOptions(options, fields);
  const isNamed = Object.keys(ofFields).length + Object.keys(ofOptions).length > 0;
  return { ofFields: isNamed ? ofFields : { other: message }, ofOptions };
}

/** The validator of the plugin as it was when it was opened. */
export function useEtag(nodeId: string, name: string | undefined): string | null {
  const [etag, setEtag] = useState<string | null>(null);
  useEffect(() => {
    if (name === undefined) return undefined;
    let isHere = true;
    tagged(one, { params: { path: { node_id: nodeId, plugin_name: name } } }).then(
      (found) => isHere && setEtag(found.etag),
      () => undefined,
    );
    return () => {
      isHere = false;
    };
  }, [nodeId, name]);
  return etag;
}
