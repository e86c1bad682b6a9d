/** One plugin while it is being set up: its draft, what is wrong with it, and saving it. */
import { useMemo, useState } from "react";
import { asApiError } from "@/api/errors";
import { useApi } from "@/api/queries";
import { plugins as text } from "@/lib/text/plugins";
import { visible } from "@/lib/visible";
import { type Option, type OptionProblems, optionsOf, problemsOf as optionProblemsOf } from "@/parts/schema-form";
import { toast } from "@/parts/ui/toast";
import { type Available, draftOf, emptyDraft, foundAs, isExecutable, isTouched, type PluginDraft, type PluginProblems, problemsOf, suggested } from "./plugin-draft";
import { added, changed, type Plugin, refusalsOf, useEtag } from "./plugin-storing";

export interface PluginEdit {
  available: readonly Available[];
  options: readonly Option[];
  draft: PluginDraft;
  problems: PluginProblems;
  optionProblems: OptionProblems;
  hasLimits: boolean;
  /** The node has found nothing of the name that was typed. */
  isUnknown: boolean;
  isTouched: boolean;
  /** Also until it is known what the node has found, and so what there is to fill in. */
  isBusy: boolean;
  /** What somebody else saved meanwhile. */
  theirs: Plugin | null;
  change: (given: Partial<PluginDraft>) => void;
  /** Whether it was saved. */
  save: (isOnTop?: boolean) => Promise<boolean>;
}

export function usePluginEdit(nodeId: string, plugin: Plugin | undefined): PluginEdit {
  const query = useApi("/api/nodes/{node_id}/plugins/available", { params: { path: { node_id: nodeId }, query: { limit: 500 } } });
  const available = query.data?.items ?? [];
  const [chosen, setChosen] = useState(plugin?.plugin_name ?? "");
  const found = foundAs(available, chosen);
  const schema = found?.settings_schema ?? plugin?.settings_schema;
  const options = useMemo(() => ((found?.backends?.length ?? 0) > 0 ? [] : optionsOf(schema)), [schema, found]);
  const [saved] = useState(() => (plugin ? draftOf(plugin, options) : emptyDraft()));
  const [draft, setDraft] = useState(saved);
  const [suggestedBy, setSuggestedBy] = useState<string>();
  const [problems, setProblems] = useState<PluginProblems>({});
  const [optionProblems, setOptionProblems] = useState<OptionProblems>({});
  const [theirs, setTheirs] = useState<Plugin | null>(null);
  const [isBusy, setBusy] = useState(false);
  const etag = useEtag(nodeId, plugin?.plugin_name);
  const hasLimits = isExecutable(draft.plugin_type, found);

  // The name may be there before what the node has found.
  if (!plugin && found?.name !== suggestedBy) {
    setSuggestedBy(found?.name);
    setDraft(suggested(draft, found, options));
  }

  const tell = (ofFields: PluginProblems, ofOptions: OptionProblems): boolean => {
    setProblems(ofFields);
    setOptionProblems(ofOptions);
    return Object.keys(ofFields).length + Object.keys(ofOptions).length > 0;
  };
  const change = (given: Partial<PluginDraft>): void => {
    tell({}, {});
    setDraft({ ...draft, ...given });
    if (given.plugin_name !== undefined) setChosen(given.plugin_name);
  };
  const save = async (isOnTop = false): Promise<boolean> => {
    setTheirs(null);
    if (tell(problemsOf(draft, hasLimits), optionProblemsOf(options, draft.options))) return false;
    setBusy(true);
    try {
      const wish = { nodeId, draft, options, hasLimits };
      if (plugin) await changed({ ...wish, saved }, isOnTop ? null : etag);
      else await added({ ...wish, saved: options.length > 0 ? { ...saved, options: suggested(saved, found, options).options } : saved });
      toast.done(text.drawer.saved(visible(draft.name || draft.plugin_name)));
      return true;
    } catch (error) {
      const known = asApiError(error);
      if (known.status === 412 && known.detail.current) setTheirs(known.detail.current as Plugin);
      else {
        const { ofFields, ofOptions } = refusalsOf(known, options);
        tell(ofFields, ofOptions);
      }
      return false;
    } finally {
      setBusy(false);
    }
  };
  return {
    available,
    options,
    draft,
    problems,
    optionProblems,
    hasLimits,
    isUnknown: !plugin && !found && query.data !== undefined && draft.plugin_name.trim() !== "",
    isTouched: isTouched(draft, saved, options),
    isBusy: isBusy || (!plugin && query.isPending),
    theirs,
    change,
    save,
  };
}
