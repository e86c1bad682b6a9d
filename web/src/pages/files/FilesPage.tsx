/** Every directory as it is mounted: the tree, what is in one directory, and what can be done with that. */
import { FolderTree as TreeIcon, CornerLeftUp } from "lucide-react";
import { type ReactNode, useState } from "react";
import { addresses, parentOf } from "@/lib/addresses";
import { useIsPhone } from "@/lib/media";
import { useShortcut } from "@/lib/shortcuts";
import { directory as words } from "@/lib/text/directory";
import { files as text } from "@/lib/text/files";
import { useVirtualPlace } from "@/lib/virtual-place";
import { visible } from "@/lib/visible";
import { Breadcrumb, ColumnsMenu, DirectoryList, orderOf, orderText } from "@/parts/directory";
import { Page, PageHeader, Panel } from "@/parts/page";
import { FolderTree, TreePane } from "@/parts/tree";
import { Drawer } from "@/parts/ui/drawer";
import { IconButton } from "@/parts/ui/icon-button";
import { SearchInput } from "@/parts/ui/search-input";

export function FilesPage(): ReactNode {
  const { path, search, go, set } = useVirtualPlace("files", ["sort"]);
  const isPhone = useIsPhone();
  const filter = search.get("filter") ?? "";
  const order = orderOf(search.get("sort"));
  const title = path === "/" ? text.title : visible(path.slice(path.lastIndexOf("/") + 1));
  const up = (): void => (path === "/" ? undefined : go(parentOf(path)));
  useShortcut({ keys: "Alt ArrowUp", label: words.keys.parent, group: "list" }, up, path !== "/");
  useShortcut({ keys: "Backspace", label: words.keys.parent, group: "list" }, up, path !== "/");
  const actions = (
    <>
      {isPhone && <TreeButton path={path} onGo={go} />}
      {path !== "/" && <IconButton label={text.parent} keys="Alt ↑" icon={<CornerLeftUp className="size-4" strokeWidth={1.5} aria-hidden="true" />} onClick={up} />}
      <SearchInput key={path} label={text.filter} value={filter} onChange={(typed) => set({ filter: typed })} data-page-search="" className="w-56 phone:order-last phone:w-full" />
      {!isPhone && <ColumnsMenu />}
    </>
  );
  return (
    <div className="h-full">
      <Page isFull>
        <PageHeader title={title} tab={path === "/" ? text.title : title} actions={actions}>
          <Breadcrumb path={path} top={text.title} hrefOf={addresses.files} onGo={go} />
        </PageHeader>
        <div className="-mt-3 flex min-h-0 flex-1 gap-4">
          {!isPhone && (
            <TreePane title={text.tree}>
              <FolderTree label={text.tree} top={text.title} current={path} onGo={go} />
            </TreePane>
          )}
          <Panel isFlush className="min-h-0 flex-1 overflow-hidden">
            <DirectoryList on="files" path={path} order={order} onOrder={(next) => set({ sort: orderText(next) })} filter={filter} onClearFilter={() => set({ filter: null })} />
          </Panel>
        </div>
      </Page>
    </div>
  );
}

/** On a phone the tree is a layer of its own. */
function TreeButton({ path, onGo }: { path: string; onGo: (path: string) => void }): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const go = (to: string): void => {
    setOpen(false);
    onGo(to);
  };
  return (
    <>
      <IconButton label={text.folders} icon={<TreeIcon className="size-4" strokeWidth={1.5} aria-hidden="true" />} onClick={() => setOpen(true)} />
      <Drawer isOpen={isOpen} onClose={() => setOpen(false)} title={text.folders}>
        <FolderTree label={text.tree} top={text.title} current={path} onGo={go} />
      </Drawer>
    </>
  );
}
