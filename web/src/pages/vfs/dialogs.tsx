/** What is asked before a directory is made, renamed, copied or deleted. */
import { type FormEvent, type ReactNode, useId, useState } from "react";
import { api, tagged } from "@/api/client";
import { asApiError } from "@/api/errors";
import { refresh } from "@/api/queries";
import { parentOf } from "@/lib/addresses";
import { useDocuments } from "@/lib/documents";
import { common } from "@/lib/text/everywhere";
import { vfs } from "@/lib/text/vfs";
import { visible } from "@/lib/visible";
import { Button } from "@/parts/ui/button";
import { Combobox } from "@/parts/ui/combobox";
import { DestructiveDialog } from "@/parts/ui/destructive-dialog";
import { Dialog } from "@/parts/ui/dialog";
import { Field, Input } from "@/parts/ui/field";
import { toast } from "@/parts/ui/toast";
import { draftOf, givenOf, without } from "./editor/draft";
import { stored } from "./editor/saving";

const one = "/api/vfs/directories/{path}";

export interface DialogProps {
  path: string;
  onClose: () => void;
  /** The directory is somewhere else now. */
  onGo: (path: string) => void;
}

function inside(parent: string, name: string): string {
  return `${parent === "/" ? "" : parent.replace(/\/+$/, "")}/${name}`;
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function isName(name: string): boolean {
  return name.trim() !== "" && !name.includes("/") && name !== "." && name !== "..";
}

interface AskingProps {
  title: string;
  verb: string;
  isSound: boolean;
  act: () => Promise<void>;
  onClose: () => void;
  description?: string;
  children: ReactNode;
}

function Asking({ title, verb, isSound, act, onClose, description, children }: AskingProps): ReactNode {
  const form = useId();
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (!isSound) return;
    setBusy(true);
    setProblem("");
    try {
      await act();
      onClose();
    } catch (error) {
      setProblem(asApiError(error).message);
    } finally {
      setBusy(false);
    }
  };
  const actions = (
    <>
      <Button onClick={onClose}>{common.cancel}</Button>
      <Button type="submit" form={form} look="primary" isBusy={isBusy} disabled={!isSound}>
        {verb}
      </Button>
    </>
  );
  return (
    <Dialog isOpen onClose={onClose} title={title} actions={actions} {...(description ? { description } : {})}>
      <form id={form} className="flex flex-col gap-4" onSubmit={(event) => void submit(event)}>
        {children}
        {problem && (
          <p role="alert" className="text-13 text-error">
            {problem}
          </p>
        )}
      </form>
    </Dialog>
  );
}

/** Directories that there are, as completions. */
function PathField({ id, label, value, onChange }: { id: string; label: string; value: string; onChange: (path: string) => void }): ReactNode {
  const all = useDocuments("virtual_directory");
  const found = all.map(({ virtual_path }) => virtual_path).filter((path) => path !== value && path.toLowerCase().includes(value.toLowerCase()));
  return <Combobox id={id} label={label} value={value} onChange={onChange} isMono completions={found.sort().slice(0, 50).map((path) => ({ value: path }))} />;
}

export function NewDirectory({ path, onClose, onGo }: DialogProps): ReactNode {
  const id = useId();
  const [parent, setParent] = useState(path);
  const [name, setName] = useState("");
  const text = vfs.create;
  const make = async (): Promise<void> => {
    const virtual_path = inside(parent, name.trim());
    await api.POST("/api/vfs/directories", { params: { query: { parents: true } }, body: { virtual_path } });
    void refresh("/api/vfs");
    toast.done(text.done(visible(virtual_path)));
    onGo(virtual_path);
  };
  return (
    <Asking title={vfs.newDirectory} verb={text.verb} isSound={isName(name) && parent.startsWith("/")} act={make} onClose={onClose}>
      <Field label={text.name} id={`${id}-name`} problem={name && !isName(name) ? text.nameProblem : undefined} isRequired>
        <Input id={`${id}-name`} value={name} autoComplete="off" onChange={(event) => setName(event.target.value)} />
      </Field>
      <Field label={text.parent} id={`${id}-parent`}>
        <PathField id={`${id}-parent`} label={text.parent} value={parent} onChange={setParent} />
      </Field>
    </Asking>
  );
}

export function RenameDirectory({ path, onClose, onGo }: DialogProps): ReactNode {
  const id = useId();
  const [name, setName] = useState(nameOf(path));
  const text = vfs.renaming;
  const rename = async (): Promise<void> => {
    const to = inside(parentOf(path), name.trim());
    if (to === path) return;
    await api.PATCH(one, { params: { path: { path } }, body: { name: name.trim() } });
    onGo(to);
    toast.done(text.done(visible(to)));
    void refresh("/api/vfs");
  };
  return (
    <Asking title={text.title(visible(nameOf(path)))} description={text.more} verb={text.verb} isSound={isName(name)} act={rename} onClose={onClose}>
      <Field label={vfs.create.name} id={id} problem={isName(name) ? undefined : vfs.create.nameProblem}>
        <Input id={id} value={name} autoComplete="off" onChange={(event) => setName(event.target.value)} />
      </Field>
    </Asking>
  );
}

/** Puts mounts and steps behind those of another directory. */
export function CopyDirectory({ path, onClose, onGo }: DialogProps): ReactNode {
  const id = useId();
  const all = useDocuments("virtual_directory");
  const [to, setTo] = useState("");
  const text = vfs.copying;
  const isThere = all.some(({ virtual_path }) => virtual_path === to);
  const problem = !to ? undefined : to === path ? text.same : isThere ? undefined : text.none;
  const copy = async (): Promise<void> => {
    const [from, target] = await Promise.all([api.GET(one, { params: { path: { path } } }), tagged(one, { params: { path: { path: to } } })]);
    const given = givenOf(draftOf(from));
    const present = givenOf(draftOf(target.data));
    const mounts = given.mounts.map((mount) => without(mount, "mount_id"));
    await stored(to, { steps: [...present.steps, ...given.steps], mounts: [...present.mounts, ...mounts] }, target.etag);
    toast.done(text.done(visible(to)));
    onGo(to);
  };
  return (
    <Asking title={text.title(visible(nameOf(path) || "/"))} verb={text.verb} isSound={isThere && to !== path} act={copy} onClose={onClose}>
      <Field label={text.to} id={id} help={text.help} problem={problem}>
        <PathField id={id} label={text.to} value={to} onChange={setTo} />
      </Field>
    </Asking>
  );
}

/** With directories below it, it says how many go along. */
export function DeleteDirectory({ path, onClose, onGo }: DialogProps): ReactNode {
  const all = useDocuments("virtual_directory");
  const below = all.filter(({ virtual_path }) => virtual_path.startsWith(`${path}/`)).length;
  const text = vfs.removing;
  const remove = async (): Promise<void> => {
    await api.DELETE(one, { params: { path: { path }, query: { force: below > 0 } } });
    onGo(parentOf(path));
    toast.done(text.done(visible(path)));
    void refresh("/api/vfs");
  };
  return (
    <DestructiveDialog
      isOpen
      onClose={onClose}
      title={text.title(visible(path))}
      loss={below > 0 ? text.lossOf(below) : text.loss}
      verb={below > 0 ? text.verbAll(below) : text.verb}
      onConfirm={remove}
      {...(below > 0 ? { nameToType: nameOf(path) } : {})}
    />
  );
}
