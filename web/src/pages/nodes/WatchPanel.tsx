/** Which folders of the machine are indexed, and adding one. */
import { FolderPlus, X } from "lucide-react";
import { type FormEvent, type ReactNode, useId, useState } from "react";
import { api, tagged } from "@/api/client";
import { asApiError } from "@/api/errors";
import { refresh, useApi, useChange } from "@/api/queries";
import { useIsOnline } from "@/lib/live/connection";
import { counted } from "@/lib/sizes";
import { common } from "@/lib/text/everywhere";
import { node as text } from "@/lib/text/nodes";
import { visible, visibleText } from "@/lib/visible";
import { Panel } from "@/parts/page";
import { Empty } from "@/parts/states";
import { PathText, StatusSentence, type Tone } from "@/parts/things";
import { Button } from "@/parts/ui/button";
import { DestructiveDialog } from "@/parts/ui/destructive-dialog";
import { Field, Input } from "@/parts/ui/field";
import { IconButton } from "@/parts/ui/icon-button";
import { toast } from "@/parts/ui/toast";
import type { Node, Status } from "./reading";
import { watchedOf, whyNot } from "./sentences";
import { Cell, Row, RowActions, Table } from "./table";

const words = text.watch;
const tones: Record<string, Tone> = { present: "ok", absent: "warn", refused: "error", starting: "info" };

export function WatchPanel({ node, status }: { node: Node; status: Status | null | undefined }): ReactNode {
  const [leaving, setLeaving] = useState<string | null>(null);
  const told = watchedOf(status);
  const headings = [
    { label: words.path },
    { label: words.state, width: "30%" },
    { label: words.files, isRight: true, isExtra: true, width: "88px" },
    { label: common.more, isSilent: true, width: "56px" },
  ];
  const remove = async (path: string): Promise<void> => {
    await changed(node.node_id, (paths) => paths.filter((one) => one !== path));
    toast.done(words.removed(visible(path)));
  };
  return (
    <Panel id="watch" title={text.panels.watch} isFlush>
      {node.watch_paths.length === 0 ? (
        <Empty drawing="directory" sentence={words.none}>
          {words.noneMore}
        </Empty>
      ) : (
        <Table label={text.panels.watch} headings={headings}>
          {node.watch_paths.map((path) => {
            const folder = told.get(path);
            const state = folder?.state ?? "pending";
            const why = whyNot(folder ?? {});
            return (
              <Row key={path}>
                <Cell>
                  <PathText path={path} />
                  {why && <p className="text-12 break-words whitespace-pre-line text-muted">{visibleText(why)}</p>}
                  {folder?.other === true && <Accept nodeId={node.node_id} path={path} />}
                </Cell>
                <Cell>
                  <StatusSentence tone={tones[state] ?? "neutral"}>{words.states[state] ?? visible(state)}</StatusSentence>
                </Cell>
                <Cell isRight isExtra>
                  <FileCount nodeId={node.node_id} path={path} />
                </Cell>
                <Cell isRight>{node.added_paths?.includes(path) && <Remove path={path} onPress={() => setLeaving(path)} />}</Cell>
              </Row>
            );
          })}
        </Table>
      )}
      {node.status !== "disabled" && <AddFolder node={node} />}
      {leaving !== null && (
        <DestructiveDialog isOpen onClose={() => setLeaving(null)} title={words.removeTitle(visible(leaving))} loss={words.removeLoss} verb={common.remove} onConfirm={() => remove(leaving)} />
      )}
    </Panel>
  );
}

const attempts = 4;

/** From the list as it is now; made anew when the node was written in between, as a heartbeat does. */
async function changed(nodeId: string, change: (paths: readonly string[]) => string[]): Promise<void> {
  const given = { params: { path: { node_id: nodeId } } };
  for (let attempt = 1; ; attempt += 1) {
    const { data, etag } = await tagged("/api/nodes/{node_id}", given);
    try {
      await api.PATCH("/api/nodes/{node_id}", { ...given, body: { watch_paths: change(data.watch_paths) }, headers: { "If-Match": etag } });
      break;
    } catch (error) {
      if (asApiError(error).status !== 412 || attempt === attempts) throw error;
    }
  }
  await refresh("/api/nodes");
}

function FileCount({ nodeId, path }: { nodeId: string; path: string }): ReactNode {
  const { data } = useApi("/api/files", { params: { query: { node_id: [nodeId], path_prefix: path.endsWith("/") ? path : `${path}/`, limit: 1 } } });
  return data?.total == null ? "\u2013" : counted(data.total);
}

/** What is missing there is held until somebody says that it is gone, so nothing is lost by it. */
function Accept({ nodeId, path }: { nodeId: string; path: string }): ReactNode {
  const isOnline = useIsOnline();
  const accept = useChange(() => api.POST("/api/nodes/{node_id}/accept-path", { params: { path: { node_id: nodeId } }, body: { path } }), { touches: ["/api/jobs", "/api/nodes"] });
  const press = (): void => accept.mutate(undefined, { onSuccess: () => toast.done(words.accepted(visible(path))), onError: (error) => toast.failed(words.acceptFailed(visible(path)), error) });
  return (
    <Button scale="small" className="my-1" isBusy={accept.isPending} disabled={!isOnline} onClick={press}>
      {words.accept}
    </Button>
  );
}

function Remove({ path, onPress }: { path: string; onPress: () => void }): ReactNode {
  const isOnline = useIsOnline();
  return (
    <RowActions>
      <IconButton scale="small" label={words.remove(visible(path))} disabled={!isOnline} icon={<X className="size-4" strokeWidth={1.5} aria-hidden="true" />} onClick={onPress} />
    </RowActions>
  );
}

function AddFolder({ node }: { node: Node }): ReactNode {
  const [path, setPath] = useState("");
  const [problem, setProblem] = useState("");
  const [isBusy, setBusy] = useState(false);
  const isOnline = useIsOnline();
  const id = useId();
  const add = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const wanted = path.trim().replace(/(.)\/+$/, "$1");
    const found = node.watch_paths.includes(wanted) ? words.twice : isFolder(wanted) ? "" : words.problem;
    setProblem(found);
    if (found) return;
    setBusy(true);
    try {
      await changed(node.node_id, (paths) => [...paths, wanted]);
      setPath((typed) => (typed === path ? "" : typed));
      toast.done(words.added(visible(node.friendly_name), visible(wanted)));
    } catch (error) {
      setProblem(asApiError(error).fields[0]?.problem ?? asApiError(error).message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void add(event)} className="flex flex-wrap items-start gap-2 border-t p-4">
      <Field label={words.field} id={id} help={words.help} problem={problem} className="min-w-60 flex-1">
        <Input
          id={id}
          value={path}
          spellCheck={false}
          autoComplete="off"
          className="font-mono text-13"
          onChange={(event) => {
            setPath(event.target.value);
            setProblem("");
          }}
        />
      </Field>
      <Button type="submit" isBusy={isBusy} disabled={!isOnline || !path.trim()} title={isOnline ? undefined : common.offlineReason} className="mt-6 phone:mt-0" icon={<FolderPlus className="size-4" strokeWidth={1.5} aria-hidden="true" />}>
        {words.add}
      </Button>
    </form>
  );
}

export function isFolder(path: string): boolean {
  const names = path.replace(/^[A-Za-z]:/, "").split("/");
  return path !== "" && names[0] === "" && !names.slice(1).some((name) => name === "." || name === ".." || (name === "" && names.length > 2));
}
