/** How a preview gets at its file. The page gives these; a test gives others. */
import type { Previewed } from "./kinds";

export interface Link {
  /** Of this origin, and good for this one file for a while. */
  readonly url: string;
}

export interface Reading {
  /** A link that shows the bytes in place (`disposition=inline`). */
  readonly getToken: (fileId: string, signal: AbortSignal) => Promise<Link>;
  /** Bytes `start` to before `end`; rejected with what is down, since when, and what to do. */
  readonly getRange: (fileId: string, start: number, end: number, signal: AbortSignal) => Promise<ArrayBuffer>;
}

export interface Kept extends Previewed {
  /** The place that the bytes would come from, for the question before a large load. */
  readonly from?: string | undefined;
}

/** Why the bytes of a file do not come, or nothing when they do and only the browser cannot show them. */
export async function whyUnread({ file_id, size }: Previewed, reading: Reading, signal: AbortSignal): Promise<string | undefined> {
  if (size === 0) return undefined;
  try {
    await reading.getRange(file_id, 0, 1, signal);
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

export function reasonOf(error: unknown): string {
  return error instanceof Error && error.message !== "" ? error.message : String(error);
}
