/** The typed client: `api.GET("/api/nodes")` answers the body or throws an `ApiError`. */
import createClient, { type FetchResponse, type MaybeOptionalInit } from "openapi-fetch";
import type { HttpMethod, MediaType, PathsWithMethod, RequiredKeysOf } from "openapi-typescript-helpers";
import { asked } from "./asking";
import { refusalOf } from "./errors";
import type { paths } from "./schema";

export type Method = Extract<HttpMethod, "get" | "put" | "post" | "patch" | "delete">;
export type PathOf<M extends Method> = PathsWithMethod<paths, M>;
type Described<P extends keyof paths, M extends Method> = Extract<paths[P][M & keyof paths[P]], Record<string, unknown>>;
export type Asked<P extends PathOf<M>, M extends Method> = MaybeOptionalInit<paths[P], M & keyof paths[P]>;
/** What a call answers when all goes well. */
export type Answer<P extends PathOf<M>, M extends Method> = NonNullable<
  FetchResponse<Described<P, M>, Record<never, never>, MediaType>["data"]
>;
export type InitParam<I> = RequiredKeysOf<I> extends never ? [init?: I] : [init: I];
type Call<M extends Method> = <P extends PathOf<M>, I extends Asked<P, M>>(
  path: P,
  ...init: InitParam<I>
) => Promise<Answer<P, M>>;
/** With the validator that a later `If-Match` names. */
export interface Tagged<T> {
  data: T;
  etag: string;
}

/** Each name of `{path}` is encoded, its slashes stay; other parts are encoded whole. */
export function inPath(template: string, given: Record<string, unknown>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = String(given[name] ?? "");
    if (name !== "path") return encodeURIComponent(value);
    return value.split("/").filter(Boolean).map(encodeURIComponent).join("/");
  });
}

const client = createClient<paths>({
  baseUrl: typeof location === "undefined" ? "" : location.origin,
  fetch: asked,
  pathSerializer: inPath,
});

type Raw = (path: string, init?: object) => Promise<{ data?: unknown; error?: unknown; response: Response }>;

async function raw(method: Method, path: string, init: object | undefined): Promise<Tagged<unknown>> {
  const call = client[method.toUpperCase() as Uppercase<Method>] as unknown as Raw;
  const { data, error, response } = await call(path, init);
  if (!response.ok) throw refusalOf(response, error);
  return { data, etag: response.headers.get("ETag") ?? "" };
}

function caller<M extends Method>(method: M): Call<M> {
  return async (path, ...[init]) => (await raw(method, path, init)).data as never;
}

export const api = {
  GET: caller("get"),
  PUT: caller("put"),
  POST: caller("post"),
  PATCH: caller("patch"),
  DELETE: caller("delete"),
};

/** One object with its `ETag`; save it with `headers: { "If-Match": etag }`. */
export async function tagged<P extends PathOf<"get">, I extends Asked<P, "get">>(
  path: P,
  ...[init]: InitParam<I>
): Promise<Tagged<Answer<P, "get">>> {
  return (await raw("get", path, init)) as Tagged<Answer<P, "get">>;
}
