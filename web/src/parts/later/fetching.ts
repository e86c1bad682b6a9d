/** How the code of a part comes: when it is needed or ahead of that, and again after it could not be fetched. */
import type { ComponentType } from "react";
import { ownEntry, servedEntry } from "@/api/build";
import { ApiError, asApiError } from "@/api/errors";
import { later as text } from "@/lib/text/later";

export type Hindrance = { kind: "upgraded" } | { kind: "failed"; error: ApiError };

export interface Fetched {
  /** Never fails; what hindered it is told by `hindrance` until it is forgotten. */
  attempt: () => Promise<void>;
  hindrance: () => Hindrance | undefined;
  forget: () => void;
}

/** All that are known by now and have not come. */
export const waiting = new Set<Fetched>();

export function fetched<P>(load: () => Promise<ComponentType<P>>): Fetched & { found: () => ComponentType<P> | undefined } {
  let part: ComponentType<P> | undefined;
  let hindrance: Hindrance | undefined;
  let coming: Promise<void> | undefined;
  const settle = async (): Promise<void> => {
    try {
      part = await load();
      hindrance = undefined;
      waiting.delete(self);
    } catch (error) {
      hindrance = await hindranceOf(error);
    }
    coming = undefined;
  };
  const self = {
    found: () => part,
    attempt: () => (part ? Promise.resolve() : (coming ??= settle())),
    hindrance: () => hindrance,
    forget: () => {
      hindrance = undefined;
    },
  };
  waiting.add(self);
  return self;
}

/** To a browser a name that is gone and a server that is away are alike; asking for the present build tells them apart. */
async function hindranceOf(error: unknown): Promise<Hindrance> {
  try {
    if ((await servedEntry()) !== ownEntry()) return { kind: "upgraded" };
    return { kind: "failed", error: new ApiError({ status: -1, code: "page", message: text.notSent(asApiError(error).message), requestId: "" }) };
  } catch (trouble) {
    return { kind: "failed", error: asApiError(trouble) };
  }
}
