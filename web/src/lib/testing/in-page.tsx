/** For tests: a part as it stands in a page, with a router, and with answers in place of a server. */
import { QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRoute, createRouter, Outlet, RouterProvider } from "@tanstack/react-router";
import { render, type RenderResult } from "@testing-library/react";
import type { ComponentType, ReactNode } from "react";
import { vi } from "vitest";
import { queryClient } from "@/api/queries";
import { parsed, written } from "@/shell/addressing";

/** What a call answers, now or later: a body, or a refusal with its status. */
export type Answers = Record<string, (asked: URL, body: unknown) => unknown>;

export interface Refused {
  status: number;
  code: string;
  message: string;
  fields?: { field: string; problem: string }[];
  detail?: Record<string, unknown>;
}

export class Refusal {
  constructor(readonly refused: Refused) {}
}

export interface Asked {
  method: string;
  url: URL;
  body: unknown;
  headers: Headers;
}

/** Answers calls such as `GET /api/files/1`; what is not named is 404. All that were made are told. */
export function answering(answers: Answers): Asked[] {
  const calls: Asked[] = [];
  queryClient.clear();
  vi.stubGlobal("fetch", async (request: Request): Promise<Response> => {
    const url = new URL(request.url);
    const text = await request.clone().text();
    const body: unknown = text ? JSON.parse(text) : undefined;
    calls.push({ method: request.method, url, body, headers: request.headers });
    const answer = answers[`${request.method} ${decodeURIComponent(url.pathname)}`];
    const given = answer ? await answer(url, body) : new Refusal({ status: 404, code: "not_found", message: "Not known here." });
    if (given instanceof Response) return given;
    if (given === undefined) return new Response(null, { status: 204 });
    if (!(given instanceof Refusal)) return Response.json(given);
    const { status, code, message, fields, detail } = given.refused;
    return Response.json({ error: { code, message, detail: fields ? { fields } : detail } }, { status });
  });
  return calls;
}

/** Draws it at `address`, whose route is `at` where it has parameters; other addresses are empty pages. */
export function inPage(Part: ComponentType, address = "/", validateSearch = (search: Record<string, unknown>) => search, at?: string): RenderResult & { href: () => string } {
  const root = createRootRoute({ component: Outlet });
  const path = at ?? new URL(address, "http://page").pathname;
  const here = createRoute({ getParentRoute: () => root, path, component: Part as () => ReactNode, validateSearch });
  const router = createRouter({
    routeTree: root.addChildren([here]),
    history: createMemoryHistory({ initialEntries: [address] }),
    parseSearch: parsed,
    stringifySearch: written,
    defaultNotFoundComponent: (): ReactNode => null,
  });
  const shown = render(
    <QueryClientProvider client={queryClient}>
      <>
        <RouterProvider router={router as never} />
      </>
    </QueryClientProvider>,
  );
  return { ...shown, href: () => router.state.location.href };
}
