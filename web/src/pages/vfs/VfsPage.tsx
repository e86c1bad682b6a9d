/** Where the tree is made: directories, their mounts, and what they show. */
import { useRouter } from "@tanstack/react-router";
import { CornerLeftUp, FolderPlus, MoreHorizontal, Network } from "lucide-react";
import { type ReactNode, Suspense, useMemo, useState } from "react";
import { addresses, parentOf } from "@/lib/addresses";
import { useDocuments } from "@/lib/documents";
import { useIsOnline } from "@/lib/live/connection";
import { useIsPhone } from "@/lib/media";
import { useShortcut } from "@/lib/shortcuts";
import { common } from "@/lib/text/everywhere";
import { vfs as text } from "@/lib/text/vfs";
import { useVirtualPlace } from "@/lib/virtual-place";
import { visible } from "@/lib/visible";
import { type Asked as AskedOfEntry, AskedDialog, Breadcrumb, DirectoryList, orderOf, orderText } from "@/parts/directory";
import { laterLayer } from "@/parts/later";
import { Page, PageHeader, Panel } from "@/parts/page";
import { FolderTree, TreePane } from "@/parts/tree";
import { Button } from "@/parts/ui/button";
import { Drawer } from "@/parts/ui/drawer";
import { IconButton } from "@/parts/ui/icon-button";
import { Menu } from "@/parts/ui/menu";
import { SearchInput } from "@/parts/ui/search-input";
import { directoryMenu, type Asked } from "./directory-menu";
import { CopyDirectory, DeleteDirectory, NewDirectory, RenameDirectory } from "./dialogs";

const MountEditor = laterLayer(async () => (await import("./editor/MountEditor")).MountEditor);
const icon = { className: "size-4", strokeWidth: 1.5, "aria-hidden": true } as const;
const dialogs = { new: NewDirectory, rename: RenameDirectory, copy: CopyDirectory, delete: DeleteDirectory };

export function VfsPage(): ReactNode {
  const { path, search, go, set } = useVirtualPlace("vfs", ["sort"]);
  const { history } = useRouter();
  const [asked, setAsked] = useState<Asked | null>(null);
  const [labelled, setLabelled] = useState<AskedOfEntry | null>(null);
  const all = useDocuments("virtual_directory");
  const documents = useMemo(() => new Map(all.map((one) => [one.virtual_path, one])), [all]);
  const isOnline = useIsOnline();
  const isPhone = useIsPhone();
  const filter = search.get("filter") ?? "";
  const title = path === "/" ? text.title : visible(path.slice(path.lastIndexOf("/") + 1));
  const up = (): void => go(parentOf(path));
  useShortcut({ keys: "Alt ArrowUp", label: text.parent, group: "list" }, up, path !== "/");
  useShortcut({ keys: "Backspace", label: text.parent, group: "list" }, up, path !== "/");
  const edit = (of: string): void => history.push(`${addresses.vfs(of)}?edit=mounts`);
  const menuOf = (of: string) => directoryMenu({ document: documents.get(of), path: of, isOnline, onEdit: edit, onAsk: setAsked, onFiles: (to) => history.push(addresses.files(to)), onLabels: (to) => setLabelled({ kind: "folder", path: to }) });
  const tree = (
    <FolderTree
      label={text.tree}
      top="/"
      current={path}
      onGo={go}
      note={({ mountCount }) => (mountCount > 0 ? text.mounts(mountCount) : null)}
      menu={(row) => menuOf(row.path)}
    />
  );
  const reason = isOnline ? {} : { disabled: true, title: common.offlineReason };
  const add = <IconButton label={text.newDirectory} disabled={!isOnline} icon={<FolderPlus {...icon} />} onClick={() => setAsked({ kind: "new", path: documents.has(path) ? path : "/" })} />;
  const actions = (
    <>
      {isPhone && <TreeButton>{tree}</TreeButton>}
      {path !== "/" && <IconButton label={text.parent} keys="Alt ↑" icon={<CornerLeftUp {...icon} />} onClick={up} />}
      <SearchInput key={path} label={text.filter} value={filter} onChange={(typed) => set({ filter: typed })} data-page-search="" className="w-48 phone:order-last phone:w-full" />
      <Menu label={text.more} trigger={<IconButton label={text.more} icon={<MoreHorizontal {...icon} />} />} entries={menuOf(path)} />
      {documents.has(path) && (
        <Button {...reason} look="primary" onClick={() => edit(path)} className="phone:hidden">
          {text.editMounts}
        </Button>
      )}
    </>
  );
  const Ask = asked && dialogs[asked.kind];
  const first = (
    <Button {...reason} look="primary" onClick={() => setAsked({ kind: "new", path: "/" })}>
      {text.firstDirectory}
    </Button>
  );
  return (
    <div className="h-full">
      <Page isFull>
        <PageHeader title={title} tab={path === "/" ? text.title : title} actions={actions}>
          <Breadcrumb path={path} top="/" hrefOf={addresses.vfs} onGo={go} />
        </PageHeader>
        <div className="-mt-3 flex min-h-0 flex-1 gap-4">
          {!isPhone && (
            <TreePane title={text.tree} actions={add}>
              {tree}
            </TreePane>
          )}
          <Panel isFlush className="min-h-0 flex-1 overflow-hidden">
            <DirectoryList
              on="vfs"
              path={path}
              order={orderOf(search.get("sort"))}
              onOrder={(next) => set({ sort: orderText(next) })}
              filter={filter}
              onClearFilter={() => set({ filter: null })}
              {...(path === "/" && documents.size <= 1 ? { emptyAction: first } : {})}
            />
          </Panel>
        </div>
      </Page>
      {Ask && <Ask path={asked.path} onClose={() => setAsked(null)} onGo={go} />}
      {labelled && <AskedDialog asked={labelled} hidden={undefined} onClose={() => setLabelled(null)} />}
      {search.get("edit") === "mounts" && (
        <Suspense fallback={null}>
          <MountEditor key={path} path={path} onClose={() => set({ edit: null })} />
        </Suspense>
      )}
    </div>
  );
}

function TreeButton({ children }: { children: ReactNode }): ReactNode {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <IconButton label={text.tree} icon={<Network {...icon} />} onClick={() => setOpen(true)} />
      <Drawer isOpen={isOpen} onClose={() => setOpen(false)} title={text.tree}>
        {children}
      </Drawer>
    </>
  );
}
