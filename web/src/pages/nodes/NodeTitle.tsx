/** The name of a node, and the same place as a field while it is being changed. */
import { Pencil } from "lucide-react";
import { type FormEvent, type ReactNode, useState } from "react";
import { api } from "@/api/client";
import { useChange } from "@/api/queries";
import { useIsOnline } from "@/lib/live/connection";
import { common } from "@/lib/text/everywhere";
import { node as text } from "@/lib/text/nodes";
import { visible } from "@/lib/visible";
import { Name } from "@/parts/things";
import { Button } from "@/parts/ui/button";
import { Input } from "@/parts/ui/field";
import { IconButton } from "@/parts/ui/icon-button";
import { toast } from "@/parts/ui/toast";
import type { Node } from "./reading";

export function NodeTitle({ node }: { node: Node }): ReactNode {
  const [draft, setDraft] = useState<string | null>(null);
  const [problem, setProblem] = useState("");
  const isOnline = useIsOnline();
  const rename = useChange((friendly_name: string) => api.PATCH("/api/nodes/{node_id}", { params: { path: { node_id: node.node_id } }, body: { friendly_name } }), { touches: ["/api/nodes"] });
  const edit = (name: string | null): void => {
    setDraft(name);
    setProblem("");
  };
  const undo = (name: string): void => rename.mutate(name, { onError: (error) => toast.failed(text.renameFailed, error) });
  const save = (event: FormEvent): void => {
    event.preventDefault();
    const wanted = draft?.trim() ?? "";
    if (!wanted) return setProblem(text.nameMissing);
    if (wanted === node.friendly_name) return edit(null);
    rename.mutate(wanted, {
      onSuccess: () => {
        edit(null);
        toast.done(text.renamed(visible(wanted)), () => undo(node.friendly_name));
      },
      onError: (error) => setProblem(error.message),
    });
  };
  if (draft === null) {
    return (
      <div className="flex min-w-0 flex-1 items-center gap-2">
        <h1 className="min-w-0 truncate text-20 font-semibold md:text-28">
          <Name>{node.friendly_name}</Name>
        </h1>
        <IconButton label={text.rename} disabled={!isOnline} icon={<Pencil className="size-4" strokeWidth={1.5} aria-hidden="true" />} onClick={() => edit(node.friendly_name)} />
      </div>
    );
  }
  return (
    <form onSubmit={save} className="flex min-w-60 flex-1 flex-wrap items-center gap-2">
      <h1 className="sr-only">{visible(node.friendly_name)}</h1>
      <Input
        aria-label={text.nameOf}
        aria-invalid={problem ? true : undefined}
        value={draft}
        maxLength={100}
        // The person pressed "Rename" a moment ago.
        // eslint-disable-next-line jsx-a11y/no-autofocus
        autoFocus
        onFocus={(event) => event.target.select()}
        onChange={(event) => edit(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          event.stopPropagation();
          edit(null);
        }}
        className="max-w-90"
      />
      <Button type="submit" look="primary" isBusy={rename.isPending}>
        {common.save}
      </Button>
      <Button onClick={() => edit(null)}>{common.cancel}</Button>
      {problem && (
        <p role="alert" className="w-full text-12 text-error">
          {problem}
        </p>
      )}
    </form>
  );
}
