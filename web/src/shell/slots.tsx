/** Parts that other rooms bring: each is loaded when it is first needed, and nothing shows where it is not there. */
import { type ComponentType, lazy, type ReactNode, Suspense } from "react";
import { useOpenFile } from "@/lib/open-file";
import { shell as text } from "@/lib/text/shell";
import { Guard } from "./failing";

type Loaded = Record<string, ComponentType<never>>;

const found = import.meta.glob<Loaded>([
  "../parts/file-drawer/index.tsx",
  "../parts/notification-panel/index.tsx",
  "../parts/job-list/index.tsx",
]);

function part<P extends object>(path: string, name: string): ComponentType<P> | null {
  const load = found[path];
  if (!load) return null;
  return lazy(async () => ({ default: (await load())[name] as unknown as ComponentType<P> })) as unknown as ComponentType<P>;
}

const Drawer = part<{ fileId: string; onClose: () => void }>("../parts/file-drawer/index.tsx", "FileDrawer");
export const Panel = part<{ onClose: () => void }>("../parts/notification-panel/index.tsx", "NotificationPanel");
export const Jobs = part<{ onClose: () => void }>("../parts/job-list/index.tsx", "JobList");

export function FileDrawerSlot(): ReactNode {
  const { fileId, close } = useOpenFile();
  if (!Drawer || fileId === null) return null;
  return (
    <Guard what={text.broken}>
      <Suspense fallback={null}>
        <Drawer fileId={fileId} onClose={close} />
      </Suspense>
    </Guard>
  );
}
