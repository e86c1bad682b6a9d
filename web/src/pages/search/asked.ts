/** What is searched for: as it stands in the address, as the API is asked, and as one text of the query language. Pure. */
import type { Schema } from "@/api/schemas";

export type FileKind = Schema<"FoundFile">["file_type"];
export type Sort = "relevance" | "-mtime" | "mtime" | "name" | "-name" | "-size" | "size";

export interface Asked {
  q?: string;
  label?: string[];
  type?: FileKind[];
  node?: string[];
  ext?: string[];
  /** `1K..1M`, `1G..`, `0`: as the counts of the server name it. */
  size?: string;
  /** `7d`: changed since then. */
  changed?: string;
  sort?: Sort;
}

export const kinds: readonly FileKind[] = ["document", "image", "video", "audio", "text", "code", "email", "archive", "font", "app", "other"];
export const sorts: readonly Sort[] = ["relevance", "-mtime", "mtime", "name", "-name", "-size", "size"];
export const listed = ["label", "type", "node", "ext"] as const;
export type Listed = (typeof listed)[number];

function texts(value: unknown): string[] {
  const all = Array.isArray(value) ? value : [value];
  return [...new Set(all.filter((one): one is string => typeof one === "string" && one !== ""))];
}

/** What an address asks for; nonsense falls out. */
export function askedOf(search: Record<string, unknown>): Asked {
  const lists = Object.fromEntries(listed.map((name) => [name, texts(search[name])]).filter(([, all]) => all?.length)) as Asked;
  const found: Asked = { ...lists };
  if (found.type) found.type = found.type.filter((one) => kinds.includes(one));
  if (found.type?.length === 0) delete found.type;
  if (typeof search.q === "string" && search.q) found.q = search.q;
  if (typeof search.size === "string" && boundsOf(search.size)) found.size = search.size;
  if (typeof search.changed === "string" && /^\d+[dhw]$/.test(search.changed)) found.changed = search.changed;
  if (sorts.includes(search.sort as Sort) && search.sort !== "relevance") found.sort = search.sort as Sort;
  return found;
}

export function isAnything({ sort: _sort, ...asked }: Asked): boolean {
  return Object.keys(asked).length > 0;
}

export function hasFilters({ q: _q, ...asked }: Asked): boolean {
  return isAnything(asked);
}

const factors: Record<string, number> = { "": 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

function bytesOf(bound: string): number {
  const [, number = "0", unit = ""] = /^(\d+)([KMGT]?)$/.exec(bound) ?? [];
  return Number(number) * (factors[unit] ?? 1);
}

/** Least and greatest size of a class such as `1K..1M`, `1G..`, `0`. A size belongs to the first class that holds it. */
export function boundsOf(size: string): readonly [number, number | undefined] | null {
  if (size === "0") return [0, 0];
  const [, low, high] = /^(\d+[KMGT]?)\.\.(\d+[KMGT]?)?$/.exec(size) ?? [];
  if (!low) return null;
  return [low === "1" ? 1 : bytesOf(low) + 1, high ? bytesOf(high) : undefined];
}

export type SearchQuery = Record<string, string | number | readonly string[]>;

/** Parameters of `GET /api/search`; the order is left to the caller. */
export function queryOf({ q, size, changed, sort: _sort, ...lists }: Asked): SearchQuery {
  const [low, high] = (size && boundsOf(size)) || [];
  return {
    ...(q?.trim() ? { q: q.trim() } : {}),
    ...lists,
    ...(low === undefined ? {} : { size_min: String(low) }),
    ...(high === undefined ? {} : { size_max: String(high) }),
    ...(changed ? { mtime_after: changed } : {}),
  };
}

export const mostTexts = 20;

/**
 * The same as texts of the query language, whose files together are those found: it has no word for "one of these
 * types", so each has a text of its own. `null` where that makes too many.
 */
export function textsOf({ q, label = [], type = [], node = [], ext = [], size, changed }: Asked): string[] | null {
  const [low, high] = (size && boundsOf(size)) || [];
  const fixed = [
    ...(q?.trim() ? [q.trim()] : []),
    ...label.map((one) => `label:${quoted(one)}`),
    ...(low === undefined ? [] : [high === undefined ? `size:>${low}` : `size:${low}..${high}`]),
    ...(changed ? [`age:<${changed}`] : []),
  ];
  const choices = [ext.map((one) => `ext:${quoted(one)}`), type.map((one) => `type:${one}`), node.map((one) => `node:${quoted(one)}`)];
  let all: string[][] = [fixed];
  for (const some of choices) if (some.length > 0) all = all.flatMap((text) => some.map((one) => [...text, one]));
  return all.length > mostTexts ? null : all.map((parts) => parts.join(" "));
}

function quoted(value: string): string {
  return /^[^\s"]+$/.test(value) ? value : `"${value.replaceAll('"', "")}"`;
}

/** With a value put into a list, or taken out of it when it is there. */
export function toggled(asked: Asked, name: Listed, value: string): Asked {
  const present: readonly string[] = asked[name] ?? [];
  const next = present.includes(value) ? present.filter((one) => one !== value) : [...present, value];
  return askedOf({ ...asked, [name]: next });
}
