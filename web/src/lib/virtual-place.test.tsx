import { createMemoryHistory, createRootRoute, createRoute, createRouter, Outlet, RouterProvider } from "@tanstack/react-router";
import { act, render, screen } from "@testing-library/react";
import type { ReactNode } from "react";
import { expect, it } from "vitest";
import { laterPage } from "@/parts/later";
import { useVirtualPlace } from "./virtual-place";

it("stays the place of its page while another page is on its way", async () => {
  const seen = new Set<string>();
  const Here = (): ReactNode => {
    const { path } = useVirtualPlace("files", []);
    seen.add(path);
    return <p>{path}</p>;
  };
  let arrive: () => void = () => undefined;
  const There = new Promise<{ There: () => ReactNode }>((resolve) => {
    arrive = () => resolve({ There: () => <p>there</p> });
  });
  const root = createRootRoute({ component: Outlet });
  const files = createRoute({ getParentRoute: () => root, path: "/files/$", component: Here });
  const search = createRoute({ getParentRoute: () => root, path: "/search", component: laterPage(async () => (await There).There) });
  const history = createMemoryHistory({ initialEntries: ["/files/work/2026"] });
  render(<RouterProvider router={createRouter({ routeTree: root.addChildren([files, search]), history }) as never} />);
  await screen.findByText("/work/2026");
  act(() => history.push("/files/work"));
  await screen.findByText("/work");
  act(() => history.push("/search?q=report"));
  arrive();
  await screen.findByText("there");
  expect([...seen]).toEqual(["/work/2026", "/work"]);
});
