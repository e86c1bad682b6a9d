/** Parts that other rooms bring: each is loaded when it is first needed, and nothing shows where it is not there. */
import { type ComponentType, type ReactNode, Suspense } from "react";
import { useOpenFile } from "@/lib/open-file";
import { shell as text } from "@/lib/text/shell";
import { later, laterLayer } from "@/parts/later";
import { Guard } from "./failing";

type Loaded = Record<string, ComponentType<never>>;

const found = import.meta.glob<Loaded>([
  "../parts/file-drawer/index.tsx",
  "../parts/notification-panel/index.tsx",
  "../parts/job-list/index.tsx",
]);

interface Layer {
  onClose: () => void;
}

function part<P extends Layer>(path: string, name: string, made: (load: () => Promise<ComponentType<P>>) => ComponentType<P>): ComponentType<P> | null {
  const load = found[path];
  return load ? made(async () => (await load())[name] as unknown as ComponentType<P>) : null;
}

const Drawer = part<Layer & { fileId: string }>("../parts/file-drawer/index.tsx", "FileDrawer", laterLayer);
export const Panel = part("../parts/notification-panel/index.tsx", "NotificationPanel", laterLayer);
export const Jobs = part("../parts/job-list/index.tsx", "JobList", later);

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
