/** What a notification offers to do. Its text comes from nodes and plugins: only places of this page and known calls are followed. */
import { asked } from "@/api/asking";
import { refusalOf } from "@/api/errors";
import type { Schema } from "@/api/schemas";
import { isOwnAddress } from "@/lib/addresses";

type Remedy = Schema<"Remedy">;

export type Deed = { kind: "page"; label: string; href: string } | { kind: "call"; label: string; method: "GET" | "POST"; path: string };

const calls =
  /^(GET|POST) (\/api\/(?:nodes\/[^/?#]+\/(?:auth|auth\/start|sync|plugins\/[^/?#]+\/sync)|storage-backends\/[^/?#]+|notifications\/[^/?#]+\/acknowledge|system\/reindex))$/;

/** Nothing for what must not be followed. */
export function deedOf({ label, page, api }: Remedy): Deed | null {
  if (page) return isOwnAddress(page) && !page.startsWith("/api/") ? { kind: "page", label, href: page } : null;
  const [, method, path] = calls.exec(api ?? "") ?? [];
  return path ? { kind: "call", label, method: method as "GET" | "POST", path } : null;
}

export async function call({ method, path }: Extract<Deed, { kind: "call" }>): Promise<void> {
  const response = await asked(new Request(new URL(path, location.origin), { method }));
  if (!response.ok) throw refusalOf(response, await response.json().catch(() => null));
}
