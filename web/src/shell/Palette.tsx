/** `Ctrl K`: go to a page, node, directory or file, or do something, by typing a part of its name. */
import { useIsFetching } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { Command } from "cmdk";
import { Dialog as Radix } from "radix-ui";
import { type ReactNode, useDeferredValue, useState } from "react";
import { useApi } from "@/api/queries";
import { addresses } from "@/lib/addresses";
import { useDocuments, useNodes } from "@/lib/documents";
import { useOpenFile } from "@/lib/open-file";
import { setLook, useLook } from "@/lib/preferences";
import { common } from "@/lib/text/everywhere";
import { shell as text } from "@/lib/text/shell";
import { visible } from "@/lib/visible";
import { Dot, FileIcon, IconOfFile, toneOfStatus } from "@/parts/things";
import { veil } from "@/parts/ui/dialog";
import { signOut } from "@/session/signing";
import { usePlaces } from "./going";

const most = 8;
const row =
  "flex min-h-9 cursor-pointer items-center gap-3 rounded-control px-3 text-14 data-[selected=true]:bg-raised pointer-coarse:min-h-11";
const group = "[&_[cmdk-group-heading]]:px-3 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-12 [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-muted";

export interface PaletteProps {
  onClose: () => void;
  onShortcuts: () => void;
}

export function Palette({ onClose, onShortcuts }: PaletteProps): ReactNode {
  const [typed, setTyped] = useState("");
  const wanted = typed.trim().toLowerCase();
  const fits = (name: string): boolean => name.toLowerCase().includes(wanted);
  const isAsking = useIsFetching({ queryKey: ["/api/search"] }) > 0;
  return (
    <Radix.Root open onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className={veil} />
        <Radix.Content aria-describedby={undefined} className="rise fixed inset-x-0 top-[12vh] z-40 mx-auto w-[calc(100vw-32px)] max-w-150 overflow-hidden rounded-dialog border bg-panel shadow-float outline-none">
          <Radix.Title className="sr-only">{text.palette}</Radix.Title>
          <Command shouldFilter={false} label={text.palette} loop>
            <Command.Input
              value={typed}
              onValueChange={setTyped}
              placeholder={text.palettePlaceholder}
              className="h-12 w-full border-b bg-transparent px-4 text-16 outline-none"
            />
            {/* Not in the list, which may hold nothing but what can be chosen. */}
            <Command.Empty className="px-3 py-6 text-center text-13 text-muted">{isAsking ? text.searching : common.nothingFound}</Command.Empty>
            <Command.List className="max-h-[50vh] overflow-y-auto p-2">
              <Places fits={fits} onDone={onClose} />
              <Nodes fits={fits} onDone={onClose} />
              {wanted && <Directories fits={fits} onDone={onClose} />}
              {wanted && <Files wanted={typed.trim()} onDone={onClose} />}
              <Actions fits={fits} onDone={onClose} onShortcuts={onShortcuts} />
            </Command.List>
          </Command>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

interface GroupProps {
  fits: (name: string) => boolean;
  onDone: () => void;
}

function useGo(onDone: () => void): (href: string) => void {
  const router = useRouter();
  return (href) => {
    onDone();
    router.history.push(href);
  };
}

function Group({ heading, children }: { heading: string; children: ReactNode[] }): ReactNode {
  if (children.length === 0) return null;
  return (
    <Command.Group heading={heading} className={group}>
      {children}
    </Command.Group>
  );
}

function Places({ fits, onDone }: GroupProps): ReactNode {
  const go = useGo(onDone);
  const rows = usePlaces()
    .filter(({ label }) => fits(label))
    .map(({ label, href, icon: Icon }) => (
      <Command.Item key={href} value={`page ${href}`} onSelect={() => go(href)} className={row}>
        <Icon className="size-5 text-muted" strokeWidth={1.5} aria-hidden="true" />
        {label}
      </Command.Item>
    ));
  return <Group heading={text.groups.pages}>{rows}</Group>;
}

function Nodes({ fits, onDone }: GroupProps): ReactNode {
  const go = useGo(onDone);
  const rows = useNodes()
    .filter(({ friendly_name, node_id }) => fits(friendly_name) || fits(node_id))
    .slice(0, most)
    .map(({ node_id, friendly_name, status }) => (
      <Command.Item key={node_id} value={`node ${node_id}`} onSelect={() => go(addresses.node(node_id))} className={row}>
        <span className="flex size-5 items-center justify-center">
          <Dot tone={toneOfStatus[status]} />
        </span>
        {visible(friendly_name)}
        <span className="text-12 text-muted">{common.status[status]}</span>
      </Command.Item>
    ));
  return <Group heading={text.groups.nodes}>{rows}</Group>;
}

function Directories({ fits, onDone }: GroupProps): ReactNode {
  const go = useGo(onDone);
  const rows = useDocuments("virtual_directory")
    .filter(({ virtual_path }) => virtual_path !== "/" && fits(virtual_path))
    .sort((one, other) => one.virtual_path.length - other.virtual_path.length)
    .slice(0, most)
    .map(({ virtual_path }) => (
      <Command.Item key={virtual_path} value={`directory ${virtual_path}`} onSelect={() => go(addresses.files(virtual_path))} className={row}>
        <FileIcon type="directory" />
        <span className="truncate">{visible(virtual_path)}</span>
      </Command.Item>
    ));
  return <Group heading={text.groups.directories}>{rows}</Group>;
}

function Files({ wanted, onDone }: { wanted: string; onDone: () => void }): ReactNode {
  const { open } = useOpenFile();
  const q = useDeferredValue(wanted);
  const { data } = useApi("/api/search", { params: { query: { q, limit: most, match: "substring" } } }, { keepsPrevious: true });
  const rows = (data?.items ?? []).map(({ file_id, name, mime_type, source }) => (
    <Command.Item
      key={file_id}
      value={`file ${file_id}`}
      onSelect={() => {
        onDone();
        open(file_id);
      }}
      className={row}
    >
      <IconOfFile name={name} mimeType={mime_type ?? null} />
      <span className="min-w-0 shrink truncate">{visible(name)}</span>
      <span className="min-w-0 flex-1 truncate text-12 text-muted">{visible(source.export_parent)}</span>
    </Command.Item>
  ));
  return <Group heading={text.groups.files}>{rows}</Group>;
}

function Actions({ fits, onDone, onShortcuts }: GroupProps & { onShortcuts: () => void }): ReactNode {
  const { density } = useLook();
  const act = (run: () => void) => () => {
    onDone();
    run();
  };
  const all = [
    { name: `${text.theme}: ${text.themes.light}`, run: act(() => setLook({ theme: "light" })) },
    { name: `${text.theme}: ${text.themes.dark}`, run: act(() => setLook({ theme: "dark" })) },
    { name: `${text.theme}: ${text.themes.system}`, run: act(() => setLook({ theme: "system" })) },
    {
      name: `${text.density}: ${text.densities[density === "compact" ? "comfortable" : "compact"]}`,
      run: act(() => setLook({ density: density === "compact" ? "comfortable" : "compact" })),
    },
    { name: text.shortcuts, run: onShortcuts },
    { name: text.signOut, run: act(() => void signOut()) },
  ];
  const rows = all
    .filter(({ name }) => fits(name))
    .map(({ name, run }) => (
      <Command.Item key={name} value={`action ${name}`} onSelect={run} className={row}>
        <span className="size-5" />
        {name}
      </Command.Item>
    ));
  return <Group heading={text.groups.actions}>{rows}</Group>;
}
