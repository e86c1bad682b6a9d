/** Labels for a whole folder: leads to the rule that gives them, with the folder that lies behind the directory. */
import { useRouter } from "@tanstack/react-router";
import { type ReactNode, useEffect, useMemo } from "react";
import { addresses, parentOf } from "@/lib/addresses";
import type { Schema } from "@/api/schemas";
import { type DirectoryDocument, useDocuments } from "@/lib/documents";
import { directory as text } from "@/lib/text/directory";
import { common } from "@/lib/text/everywhere";
import { visible } from "@/lib/visible";
import { NodeBadge } from "@/parts/things";
import { Button } from "@/parts/ui/button";
import { Dialog } from "@/parts/ui/dialog";
import { type SourceFolder, sourceFolders } from "./source-folders";

const words = text.folder;

/** The nearest directory above that has a document says what lies behind. */
function behind(path: string, all: readonly DirectoryDocument[]): SourceFolder[] {
  for (let at = path; ; at = parentOf(at)) {
    const found = all.find(({ virtual_path }) => virtual_path === at);
    if (found || at === "/") return sourceFolders((found?.mounts ?? []) as unknown as Schema<"Mount">[], path.slice(at.length).replace(/^\//, ""));
  }
}

function ruleAddress({ nodeId, prefix }: { nodeId?: string; prefix?: string }): string {
  const query = new URLSearchParams({ rule: "new", ...(nodeId ? { node: nodeId } : {}), ...(prefix ? { prefix } : {}) });
  return `${addresses.labels("rules")}?${query.toString()}`;
}

export function FolderRule({ path, onClose }: { path: string; onClose: () => void }): ReactNode {
  const { history } = useRouter();
  const all = useDocuments("virtual_directory");
  const folders = useMemo(() => behind(path, all), [path, all]);
  const only = folders.length === 1 ? folders[0] : undefined;
  useEffect(() => {
    if (only) history.push(ruleAddress(only));
  }, [only, history]);
  if (only) return null;
  return (
    <Dialog isOpen onClose={onClose} title={words.title} description={words.description(visible(path))} actions={<Button onClick={onClose}>{common.cancel}</Button>}>
      <ul className="flex flex-col gap-1">
        {folders.map((folder) => (
          <li key={`${folder.nodeId} ${folder.prefix}`} className="flex items-center gap-3">
            <Button look="quiet" className="min-w-0 flex-1 justify-start!" onClick={() => history.push(ruleAddress(folder))}>
              <span className="truncate font-mono text-13">{visible(folder.prefix)}</span>
            </Button>
            {folder.nodeId === "*" ? <span className="text-13 text-muted">{words.every}</span> : <NodeBadge id={folder.nodeId} />}
          </li>
        ))}
        <li>
          <Button look="quiet" onClick={() => history.push(ruleAddress({}))}>
            {words.own}
          </Button>
        </li>
      </ul>
    </Dialog>
  );
}
