/** What can be done with entries, without a dialog. */
import { addresses } from "@/lib/addresses";
import { download } from "@/lib/downloading";
import { connection } from "@/lib/live/connection";
import { bareId } from "@/lib/open-file";
import { directory as text } from "@/lib/text/directory";
import { common } from "@/lib/text/everywhere";
import { visible } from "@/lib/visible";
import { copyText } from "@/parts/things";
import { toast } from "@/parts/ui/toast";
import type { Entry } from "./order";

/** What needs the server says so instead, while that does not answer. */
export function whenOnline(act: () => void): void {
  if (connection.get().standing === "offline") toast.say(common.offlineReason);
  else act();
}

/** Browsers drop downloads that begin in the same moment. */
const pause = 600;

/** One after the other; one that fails does not stop the others. */
export async function downloadAll(files: readonly Entry[]): Promise<void> {
  for (const [at, { file_id, name }] of files.entries()) {
    if (!file_id) continue;
    if (at > 0) await new Promise((resolve) => setTimeout(resolve, pause));
    await download(bareId(file_id)).catch((error: unknown) => toast.failed(text.downloadFailed(visible(name)), error));
  }
}

export async function copied(what: string): Promise<void> {
  toast.say((await copyText(what)) ? text.copied : text.copyFailed);
}

/** Where an entry is on this page, to be sent to oneself. */
export function linkOf(entry: Entry): string {
  const path = entry.virtual_path;
  if (entry.kind === "directory") return location.origin + addresses.files(path);
  return `${location.origin}${addresses.files(path.slice(0, path.lastIndexOf("/")) || "/")}?file=${bareId(entry.file_id ?? "")}`;
}
