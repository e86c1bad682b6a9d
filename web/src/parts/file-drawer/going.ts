/** ← and → through the list behind the drawer. */
import { filesBehind, useOpenFile } from "@/lib/open-file";
import { useShortcut } from "@/lib/shortcuts";
import { useSignal } from "@/lib/signal";
import { drawer as text } from "@/lib/text/drawer";

export interface Going {
  at: number;
  all: number;
  previous: string | undefined;
  next: string | undefined;
  go: (fileId: string | undefined) => void;
}

export function useGoing(fileId: string): Going {
  const files = useSignal(filesBehind);
  const { open } = useOpenFile();
  const at = files.indexOf(fileId);
  const previous = at > 0 ? files[at - 1] : undefined;
  const next = at >= 0 ? files[at + 1] : undefined;
  const go = (wanted: string | undefined): void => {
    if (wanted !== undefined) open(wanted);
  };
  useShortcut({ keys: "ArrowLeft", label: text.keys.previous, group: "file" }, () => go(previous), previous !== undefined);
  useShortcut({ keys: "ArrowRight", label: text.keys.next, group: "file" }, () => go(next), next !== undefined);
  return { at, all: files.length, previous, next, go };
}
