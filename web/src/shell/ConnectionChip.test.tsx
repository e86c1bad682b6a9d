import { createMemoryHistory, createRootRoute, createRoute, createRouter, Outlet, RouterProvider } from "@tanstack/react-router";
import { act, render, screen } from "@testing-library/react";
import { type ReactNode } from "react";
import { afterEach, expect, it } from "vitest";
import { connection } from "@/lib/live/connection";
import { shell as text } from "@/lib/text/shell";
import { laterPage } from "@/parts/later";
import { ConnectionChip } from "./ConnectionChip";

afterEach(() => connection.set({ standing: "catching-up", since: null }));

it("says that the page is live once the page that was asked for is there, and from then on at once", async () => {
  let arrive: () => void = () => undefined;
  const There = new Promise<{ There: () => ReactNode }>((resolve) => {
    arrive = () => resolve({ There: () => <p>there</p> });
  });
  const root = createRootRoute({ component: () => [<ConnectionChip key="chip" />, <Outlet key="page" />] });
  const here = createRoute({ getParentRoute: () => root, path: "/", component: () => <p>here</p> });
  const there = createRoute({ getParentRoute: () => root, path: "/there", component: laterPage(async () => (await There).There) });
  const history = createMemoryHistory({ initialEntries: ["/"] });
  render(<RouterProvider router={createRouter({ routeTree: root.addChildren([here, there]), history }) as never} />);
  await screen.findByText("here");
  act(() => history.push("/there"));
  act(() => connection.set({ standing: "live", since: null }));
  expect(screen.getByRole("status")).toHaveTextContent(text.catchingUp);
  arrive();
  await screen.findByText("there");
  await screen.findByText(text.live);
  act(() => history.push("/"));
  expect(screen.getByRole("status")).toHaveTextContent(text.live);
});
