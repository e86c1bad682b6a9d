import { act, cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { type ReactNode, Suspense } from "react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { connection } from "@/lib/live/connection";
import { common } from "@/lib/text/everywhere";
import { later as text } from "@/lib/text/later";
import { afterRest, inTurn } from "./ahead";
import { waiting } from "./fetching";
import { later, laterLayer, type Later } from ".";

const own = "/assets/index-own.js";
const served = (entry: string) => async () => new Response(`<script type="module" src="${entry}"></script>`, { headers: { "content-type": "text/html" } });
const away = () => Promise.reject(new TypeError("Failed to fetch"));
const Found = (): ReactNode => <p>Here it is</p>;

let load: () => Promise<typeof Found>;
let Part: Later<object>;
const reload = vi.fn();

beforeEach(() => {
  waiting.clear();
  connection.set({ standing: "live", since: null });
  document.head.insertAdjacentHTML("beforeend", `<script type="module" src="${own}"></script>`);
  load = () => Promise.reject(new TypeError("Failed to fetch dynamically imported module: /assets/Part.js"));
  Part = later(() => load());
  vi.stubGlobal("location", { ...window.location, origin: window.location.origin, href: window.location.href, reload });
  reload.mockClear();
});

afterEach(() => {
  connection.set({ standing: "catching-up", since: null });
  document.head.replaceChildren();
  vi.unstubAllGlobals();
});

async function shown(drawn: ReactNode = <Part />): Promise<void> {
  await act(async () => {
    render(
      <>
        <p>The rest</p>
        <>
          <Suspense fallback={null}>{drawn}</Suspense>
        </>
      </>,
    );
    await Promise.resolve();
  });
}

it("says what could not be fetched while the server is away, keeps the rest, and asks again when told to", async () => {
  vi.stubGlobal("fetch", away);
  await shown();
  expect(await screen.findByRole("alert")).toHaveTextContent(common.failed(text.part));
  expect(screen.getByRole("alert")).toHaveTextContent("The control plane does not answer.");
  expect(screen.getByText("The rest")).toBeInTheDocument();
  await userEvent.click(screen.getByRole("button", { name: common.retry }));
  expect(screen.getByRole("alert")).toBeInTheDocument();
  load = () => Promise.resolve(Found);
  await userEvent.click(screen.getByRole("button", { name: common.retry }));
  expect(await screen.findByText("Here it is")).toBeInTheDocument();
  expect(reload).not.toHaveBeenCalled();
});

it("is fetched by itself once the server is heard again", async () => {
  vi.stubGlobal("fetch", away);
  await shown();
  await screen.findByRole("alert");
  act(() => connection.set({ standing: "offline", since: 1 }));
  load = () => Promise.resolve(Found);
  act(() => connection.set({ standing: "catching-up", since: null }));
  expect(screen.getByRole("alert")).toBeInTheDocument();
  act(() => connection.set({ standing: "live", since: null }));
  expect(await screen.findByText("Here it is")).toBeInTheDocument();
});

it("says that MosaicFS was upgraded where its name is gone, and loads the new version only when told to", async () => {
  vi.stubGlobal("fetch", served("/assets/index-new.js"));
  await shown();
  expect(await screen.findByText(text.upgraded)).toBeInTheDocument();
  expect(screen.queryByRole("button", { name: common.retry })).toBeNull();
  expect(reload).not.toHaveBeenCalled();
  await userEvent.click(screen.getByRole("button", { name: text.loadNew }));
  expect(reload).toHaveBeenCalledTimes(1);
});

it("says what the browser says where the server has the same build", async () => {
  vi.stubGlobal("fetch", served(own));
  await shown();
  expect(await screen.findByRole("alert")).toHaveTextContent("/assets/Part.js");
  expect(screen.getByRole("button", { name: common.retry })).toBeInTheDocument();
});

it("tells of a layer in a layer, which can be closed", async () => {
  vi.stubGlobal("fetch", away);
  const onClose = vi.fn();
  const Layer = laterLayer<{ onClose: () => void }>(() => Promise.reject(new TypeError("gone")));
  await shown(<Layer onClose={onClose} />);
  expect(await screen.findByRole("dialog", { name: text.notThere })).toHaveTextContent("The control plane does not answer.");
  await userEvent.keyboard("{Escape}");
  expect(onClose).toHaveBeenCalled();
});

it("asks anew when it is drawn another time", async () => {
  vi.stubGlobal("fetch", away);
  await shown();
  await screen.findByRole("alert");
  cleanup();
  load = () => Promise.resolve(Found);
  await shown();
  expect(await screen.findByText("Here it is")).toBeInTheDocument();
});

it("comes ahead of need, with the parts that it brings to mind, until one does not come", async () => {
  waiting.clear();
  const fetchedNow: string[] = [];
  const part = (name: string, then: () => void = () => undefined) =>
    later(async () => {
      fetchedNow.push(name);
      then();
      return Found;
    });
  part("page", () => part("dialog in it"));
  part("other page");
  await inTurn(() => true);
  expect(fetchedNow).toEqual(["page", "other page", "dialog in it"]);
  vi.stubGlobal("fetch", away);
  later(() => Promise.reject(new TypeError("gone")));
  part("behind it");
  await inTurn(() => true);
  expect(fetchedNow).toHaveLength(3);
  expect([...waiting].every((one) => one.hindrance() === undefined)).toBe(true);
});

it("comes ahead only after a rest, however early the page is live, and once more when the server is back", async () => {
  vi.useFakeTimers();
  waiting.clear();
  let times = 0;
  vi.stubGlobal("fetch", away);
  later(() => {
    times += 1;
    return Promise.reject(new TypeError("gone"));
  });
  connection.set({ standing: "catching-up", since: null });
  const leave = afterRest();
  connection.set({ standing: "live", since: null });
  await vi.advanceTimersByTimeAsync(4_000);
  expect(times).toBe(0);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(times).toBe(1);
  connection.set({ standing: "offline", since: 1 });
  connection.set({ standing: "live", since: null });
  await vi.advanceTimersByTimeAsync(2_000);
  expect(times).toBe(2);
  leave();
  connection.set({ standing: "offline", since: 1 });
  connection.set({ standing: "live", since: null });
  await vi.advanceTimersByTimeAsync(2_000);
  expect(times).toBe(2);
  vi.useRealTimers();
});
