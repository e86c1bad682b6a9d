/** A search kept as a directory: whatever it finds, now and later, is in it. */
import { useRouter } from "@tanstack/react-router";
import { type FormEvent, type ReactNode, useId, useState } from "react";
import { api } from "@/api/client";
import { asApiError } from "@/api/errors";
import { refresh } from "@/api/queries";
import { addresses } from "@/lib/addresses";
import { common } from "@/lib/text/everywhere";
import { search } from "@/lib/text/search";
import { visible } from "@/lib/visible";
import { Button } from "@/parts/ui/button";
import { Dialog } from "@/parts/ui/dialog";
import { Field, Input } from "@/parts/ui/field";
import { toast } from "@/parts/ui/toast";

const text = search.save;

export interface SaveAsDirectoryProps {
  /** The search as texts of the query language; `null`: too many. */
  texts: readonly string[] | null;
  /** What its path is made of at first. */
  name: string;
  onClose: () => void;
}

export function SaveAsDirectory({ texts, name, onClose }: SaveAsDirectoryProps): ReactNode {
  const [path, setPath] = useState(() => `/${nameOf(name)}`);
  const [problem, setProblem] = useState("");
  const [isBusy, setBusy] = useState(false);
  const { history } = useRouter();
  const field = useId();
  const form = useId();
  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const wanted = path.trim();
    if (!texts) return;
    if (!/^\/[^/]/.test(wanted)) return setProblem(text.bad);
    setBusy(true);
    try {
      await api.POST("/api/vfs/directories", { body: { virtual_path: wanted, mounts: texts.map(mounted) } });
      await refresh("/api/vfs");
      toast.done(text.done(visible(wanted)));
      history.push(addresses.files(wanted));
    } catch (error) {
      const known = asApiError(error);
      setProblem(known.fields[0]?.problem ?? known.message);
      setBusy(false);
    }
  };
  const actions = (
    <>
      <Button onClick={onClose}>{common.cancel}</Button>
      <Button type="submit" form={form} look="primary" isBusy={isBusy} disabled={!texts}>
        {common.save}
      </Button>
    </>
  );
  return (
    <Dialog isOpen onClose={onClose} title={text.title} description={text.more} actions={actions}>
      <form id={form} onSubmit={(event) => void save(event)} className="flex flex-col gap-4">
        <Field label={text.path} id={field} help={text.help} problem={problem && visible(problem)}>
          <Input
            id={field}
            value={path}
            onChange={(event) => {
              setPath(event.target.value);
              setProblem("");
            }}
            className="font-mono text-13!"
            autoComplete="off"
            spellCheck={false}
          />
        </Field>
        <div>
          <p className="mb-1 text-13 font-medium">{text.search}</p>
          {texts ? (
            <ul className="max-h-40 overflow-y-auto font-mono text-12 break-words">
              {texts.map((one) => (
                <li key={one}>{visible(one)}</li>
              ))}
            </ul>
          ) : (
            <p className="text-13 text-error">{text.tooMany}</p>
          )}
        </div>
      </form>
    </Dialog>
  );
}

function mounted(one: string): { source: { search: string }; strategy: "flatten"; conflict_policy: "suffix_node_id" } {
  return { source: { search: one }, strategy: "flatten", conflict_policy: "suffix_node_id" };
}

/** A name of a directory that reminds of the search. */
function nameOf(search: string): string {
  return search.replace(/[/*?"<>|:\s]+/g, " ").trim().slice(0, 60);
}
