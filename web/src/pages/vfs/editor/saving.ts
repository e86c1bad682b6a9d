/** Saves a directory on top of the version that was seen, tells of a newer one, and can take it back for ten seconds. */
import { useState } from "react";
import { api, tagged, type Tagged } from "@/api/client";
import { type ApiError, asApiError } from "@/api/errors";
import { refresh } from "@/api/queries";
import type { Schema } from "@/api/schemas";
import { vfs } from "@/lib/text/vfs";
import { visible } from "@/lib/visible";
import { toast } from "@/parts/ui/toast";
import { draftOf, type Given, givenOf, type Problems, problemsOf } from "./draft";

type Directory = Schema<"ShownDirectory">;
const call = "/api/vfs/directories/{path}";
const none: Problems = new Map();

export async function stored(path: string, given: Partial<Given>, etag?: string): Promise<void> {
  await api.PATCH(call, { params: { path: { path } }, body: given, ...(etag ? { headers: { "If-Match": etag } } : {}) });
  // Saved is saved: a long listing is read again without keeping anybody waiting.
  void refresh("/api/vfs");
}

export interface Saving {
  save: (given: Given, isOnTop?: boolean) => Promise<void>;
  isBusy: boolean;
  /** Fields that were refused. */
  refused: Problems;
  refusal: ApiError | null;
  /** Somebody else's version, newer than the one that was seen. */
  theirs: Directory | null;
  takeTheirs: () => void;
  forget: () => void;
}

export function useSaving(path: string, found: Tagged<Directory>, onDone: () => void): Saving {
  const [seen, setSeen] = useState(found);
  const [isBusy, setBusy] = useState(false);
  const [refused, setRefused] = useState<Problems>(none);
  const [refusal, setRefusal] = useState<ApiError | null>(null);
  const [theirs, setTheirs] = useState<Tagged<Directory> | null>(null);
  const save = async (given: Given, isOnTop = false): Promise<void> => {
    const under = isOnTop && theirs ? theirs : seen;
    setBusy(true);
    setRefusal(null);
    try {
      await stored(path, given, under.etag);
      const before = givenOf(draftOf(under.data));
      const undo = (): void => void stored(path, before).catch((error: unknown) => toast.failed(vfs.editor.what, error));
      toast.done(vfs.editor.saved(visible(path)), undo);
      onDone();
    } catch (error) {
      const known = asApiError(error);
      // The present version and its validator together: what is applied on top is on top of what was shown.
      if (known.status === 412) setTheirs(await tagged(call, { params: { path: { path } } }).catch(() => null));
      else if (known.fields.length > 0) setRefused(problemsOf(known.fields));
      else setRefusal(known);
    } finally {
      setBusy(false);
    }
  };
  return {
    save,
    isBusy,
    refused,
    refusal,
    theirs: theirs?.data ?? null,
    takeTheirs: () => {
      if (theirs) setSeen(theirs);
      setTheirs(null);
    },
    forget: () => {
      setRefused(none);
      setRefusal(null);
    },
  };
}
