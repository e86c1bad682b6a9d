/** One plugin of a node: which, what it is told of, its limits, and its own options. */
import { type ReactNode, useId, useRef, useState } from "react";
import { showFirstProblem } from "@/lib/first-problem";
import { useIsOnline } from "@/lib/live/connection";
import { common } from "@/lib/text/everywhere";
import { plugins as text } from "@/lib/text/plugins";
import { visible } from "@/lib/visible";
import { SchemaForm } from "@/parts/schema-form";
import { Button } from "@/parts/ui/button";
import { DestructiveDialog } from "@/parts/ui/destructive-dialog";
import { Drawer } from "@/parts/ui/drawer";
import { toast } from "@/parts/ui/toast";
import { usePluginEdit } from "./plugin-editing";
import { type Plugin, removed } from "./plugin-storing";
import { PluginFields } from "./PluginFields";
import { Question } from "./Question";
import type { Node } from "./reading";

const words = text.drawer;

export interface PluginDrawerProps {
  node: Node;
  plugin?: Plugin;
  onClose: () => void;
  /** To begin once more with what is saved now. */
  onAgain: () => void;
}

export function PluginDrawer({ node, plugin, onClose, onAgain }: PluginDrawerProps): ReactNode {
  const edit = usePluginEdit(node.node_id, plugin);
  const { draft, problems, options } = edit;
  const [asked, setAsked] = useState<"remove" | "discard" | null>(null);
  const isOnline = useIsOnline();
  const form = useRef<HTMLFormElement>(null);
  const id = useId();
  const leave = (): void => (edit.isTouched ? setAsked("discard") : onClose());
  const save = async (isOnTop = false): Promise<void> => {
    if (await edit.save(isOnTop)) onClose();
    else showFirstProblem(form.current);
  };
  const remove = async ({ plugin_name, name }: Plugin): Promise<void> => {
    await removed(node.node_id, plugin_name);
    toast.done(words.removed(visible(name)));
    onClose();
  };
  const footer = (
    <>
      {plugin && (
        <Button look="quiet" className="mr-auto text-error!" disabled={!isOnline} onClick={() => setAsked("remove")}>
          {words.remove}
        </Button>
      )}
      <Button onClick={leave}>{common.cancel}</Button>
      <Button type="submit" form={id} look="primary" isBusy={edit.isBusy} disabled={!isOnline} title={isOnline ? undefined : common.offlineReason}>
        {common.save}
      </Button>
    </>
  );
  return (
    <Drawer isOpen onClose={leave} title={plugin ? words.edit(visible(plugin.name)) : words.new} footer={footer}>
      <form
        id={id}
        ref={form}
        noValidate
        className="flex flex-col gap-4 p-4"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <PluginFields draft={draft} problems={problems} available={edit.available} isNew={!plugin} isUnknown={edit.isUnknown} hasLimits={edit.hasLimits} onChange={edit.change} />
        {options.length > 0 && (
          <fieldset className="flex flex-col gap-4 border-t pt-4">
            <legend className="float-left mb-1 text-14 font-semibold">{words.options}</legend>
            <SchemaForm options={options} draft={draft.options} problems={edit.optionProblems} onChange={(next) => edit.change({ options: next })} />
          </fieldset>
        )}
        {problems.other && (
          <p role="alert" className="text-13 text-error">
            {problems.other}
          </p>
        )}
      </form>
      {asked === "discard" && <Question title={words.discard} more={words.discardMore} no={common.cancel} yes={words.discardVerb} onNo={() => setAsked(null)} onYes={onClose} />}
      {plugin && (
        <DestructiveDialog isOpen={asked === "remove"} onClose={() => setAsked(null)} title={words.removeTitle(visible(plugin.name))} loss={words.removeLoss} verb={words.remove} onConfirm={() => remove(plugin)} />
      )}
      {edit.theirs && <Question title={words.stale} more={words.staleMore} no={words.theirs} yes={words.mine} onNo={onAgain} onYes={() => void save(true)} />}
    </Drawer>
  );
}
