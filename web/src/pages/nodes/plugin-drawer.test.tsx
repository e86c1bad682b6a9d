import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { connection } from "@/lib/live/connection";
import { answering, inPage } from "@/lib/testing/in-page";
import { common } from "@/lib/text/everywhere";
import { PluginDrawer } from "./PluginDrawer";
import type { Node } from "./reading";

const node = { node_id: "node-nas", name: "NAS" } as unknown as Node;
const hook = {
  name: "webhook", title: "Webhook", kind: "python", standing: "disabled", configured: false, events: ["file.added"], mime_globs: ["image/*"],
  settings_schema: { type: "object", properties: { url: { type: "string", title: "Url" } }, required: ["url"] },
};
const save = () => screen.getByRole("button", { name: common.save });

beforeEach(() => connection.set({ standing: "live", since: null }));
afterEach(() => void vi.unstubAllGlobals());

it("waits with saving until it is known what there is to fill in", async () => {
  let found: (answer: object) => void = () => undefined;
  const calls = answering({ "GET /api/nodes/node-nas/plugins/available": () => new Promise((resolve) => (found = resolve)) });
  inPage(() => <PluginDrawer node={node} onClose={() => undefined} onAgain={() => undefined} />);
  await userEvent.type(await screen.findByRole("combobox", { name: /^Plugin/ }), "webhook");
  expect(save()).toBeDisabled();
  await userEvent.keyboard("{Enter}");
  found({ items: [hook] });
  const url = await screen.findByRole("textbox", { name: /^Url/ });
  expect(screen.getByText("file.added")).toBeInTheDocument();
  expect(screen.getByText("image/*")).toBeInTheDocument();
  await userEvent.click(save());
  await waitFor(() => expect(url).toHaveFocus());
  expect(url).toHaveAccessibleDescription(/./);
  expect(calls.filter(({ method }) => method !== "GET")).toEqual([]);
});
