/** The file drawer is a part of the address: `?file=<uuid>`. */
import { useRouter, useRouterState } from "@tanstack/react-router";
import { useCallback } from "react";
import { signal } from "./signal";

/** Files of the list behind the drawer, in order, for ← and →. The page that shows them sets it. */
export const filesBehind = signal<readonly string[]>([]);

/** A part of the drawer that was asked for with the file; the drawer shows it and takes the wish back. */
export type FilePart = "preview" | "labels" | "explain";
export const wantedPart = signal<FilePart | null>(null);

/** `file::018f…` or the bare uuid, as it is in an address. */
export function bareId(fileId: string): string {
  return fileId.replace(/^file::/, "");
}

export interface OpenFile {
  /** Bare uuid of the open file. */
  fileId: string | null;
  open: (fileId: string, part?: FilePart) => void;
  close: () => void;
}

export function useOpenFile(): OpenFile {
  const router = useRouter();
  const fileId = useRouterState({ select: ({ location }) => (location.search as { file?: string }).file ?? null });
  const open = useCallback(
    (wanted: string, part?: FilePart) => {
      wantedPart.set(part ?? null);
      const isOpen = "file" in router.state.location.search;
      const href = withFile(router.state.location.href, bareId(wanted));
      // Going from file to file does not fill the history: back closes the drawer.
      if (isOpen) router.history.replace(href);
      else router.history.push(href);
    },
    [router],
  );
  const close = useCallback(() => router.history.push(withFile(router.state.location.href, null)), [router]);
  return { fileId, open, close };
}

/** The address `href` with another file in it, or none. */
export function withFile(href: string, fileId: string | null): string {
  const url = new URL(href, "http://page");
  if (fileId === null) url.searchParams.delete("file");
  else url.searchParams.set("file", fileId);
  return url.pathname + url.search;
}
