/** How a backend reaches the server. A new one may lie there switched off, to be tried; unless it is saved it goes again with its form. */
import { useEffect, useRef, useState } from "react";
import { api, tagged } from "@/api/client";
import { refresh } from "@/api/queries";
import { backends as text } from "@/lib/text/settings-backends";
import { visible } from "@/lib/visible";
import { changedOf, type Option } from "@/parts/schema-form";
import { toast } from "@/parts/ui/toast";
import { type Backend, type BackendDraft, newOf, type Offer, patchOf } from "./draft";

const path = "/api/storage-backends/{name}";

export interface Place {
  backend: Backend | null;
  offer: Offer;
  nodeId: string;
  options: readonly Option[];
  /** The draft as it began. */
  first: BackendDraft;
}

export interface Storing {
  /** What the server has of it. */
  stored: BackendDraft | null;
  /** Switched off, or as it was; answers its name. */
  tried: (draft: BackendDraft) => Promise<string>;
  /** To stay. A change that somebody else made meanwhile is refused with 412, or written over. */
  saved: (draft: BackendDraft, isOnTop: boolean) => Promise<string>;
}

export function useStoring({ backend, offer, nodeId, options, first }: Place): Storing {
  const [stored, setStored] = useState<BackendDraft | null>(backend ? first : null);
  const trial = useTrial();
  const etag = useEtag(backend?.name);
  const put = async (draft: BackendDraft, enabled: boolean | null, isOnTop: boolean): Promise<string> => {
    const name = stored?.name ?? draft.name.trim();
    const changed = changedOf(options, draft.options, (stored ?? first).options);
    const headers = etag && !isOnTop ? { headers: { "If-Match": etag } } : {};
    if (!stored) await api.POST("/api/storage-backends", { body: newOf(draft, offer.backend, nodeId, changed, enabled ?? true) });
    else await api.PATCH(path, { params: { path: { name } }, body: { ...patchOf(draft, stored, changed), ...(enabled !== null && { enabled }) }, ...headers });
    setStored({ ...draft, name });
    return name;
  };
  return {
    stored,
    tried: async (draft) => {
      if (backend) return backend.name;
      const name = await put(draft, false, true);
      trial.begin(name);
      return name;
    },
    saved: async (draft, isOnTop) => {
      const name = await put(draft, backend ? null : true, isOnTop);
      trial.end();
      await refresh("/api/storage-backends");
      return name;
    },
  };
}

/** What was stored only to be tried leaves the server however the form is left. */
function useTrial(): { begin: (name: string) => void; end: () => void } {
  const trial = useRef({ name: "", isGone: false });
  useEffect(() => {
    const present = trial.current;
    present.isGone = false;
    return () => {
      present.isGone = true;
      if (present.name) void withdrawn(present.name);
    };
  }, []);
  return {
    begin: (name) => {
      trial.current.name = name;
      if (trial.current.isGone) void withdrawn(name);
    },
    end: () => {
      trial.current.name = "";
    },
  };
}

async function withdrawn(name: string): Promise<void> {
  await api.DELETE(path, { params: { path: { name } } }).catch((error: unknown) => toast.failed(text.deleteFailed(visible(name)), error));
  await refresh("/api/storage-backends");
}

/** The validator of the backend as it was when it was opened. */
function useEtag(name: string | undefined): string {
  const [etag, setEtag] = useState("");
  useEffect(() => {
    if (name === undefined) return undefined;
    let isHere = true;
    tagged(path, { params: { path: { name } } }).then(
      (found) => isHere && setEtag(found.etag),
      () => undefined,
    );
    return () => {
      isHere = false;
    };
  }, [name]);
  return etag;
}
