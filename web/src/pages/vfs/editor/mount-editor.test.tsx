import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { type Answers, answering, type Asked, inPage, Refusal } from "@/lib/testing/in-page";
import { broken, goOffline, pending, quietly } from "@/lib/testing/states";
import { common } from "@/lib/text/everywhere";
import { vfs } from "@/lib/text/vfs";
import { MountEditor } from "./MountEditor";

const text = vfs.editor;
const mount = { mount_id: "m1", source: { search: "ext:pdf" }, strategy: "flatten", conflict_policy: "suffix_node_id", default_result: "include", steps: [] };
const directory = { type: "virtual_directory", virtual_path: "/work", name: "work", inode: 2, created_at: "2026-01-15T14:30:00Z", inherited: [], steps: [], enforce_steps_on_children: false, mounts: [mount] };
const found = { name: "a.pdf", relative_path: "a.pdf", mime_type: "application/pdf", node_id: "node-nas", decided_by: null };
const preview = { items: [found], total: 1, per_mount: [{ mount_id: "m1", candidates: 1, included: 1 }], partial: false, files_examined: 1, directories_examined: 1, problems: [], hidden_by_conflict: 0, invalid_names: 0, shadowed: 0, limit: 20 };
const one = "/api/vfs/directories/work";
const [get, patch, ask] = [`GET ${one}`, `PATCH ${one}`, `POST ${one}/preview`] as const;

quietly();

const closed = vi.fn();
beforeEach(() => void closed.mockClear());

const open = (answers: Answers = {}): Asked[] => {
  const calls = answering({ [get]: () => Response.json(directory, { headers: { ETag: '"1"' } }), [ask]: () => preview, ...answers });
  inPage(() => <MountEditor path="/work" onClose={closed} />, "/vfs/work");
  return calls;
};
const search = (): Promise<HTMLElement> => screen.findByRole("textbox", { name: text.search });
const changed = async (): Promise<void> => {
  await userEvent.type(await search(), " label:tax");
};
const save = (): Promise<void> => userEvent.click(screen.getByRole("button", { name: common.save }));
const shown = (): Promise<HTMLElement> => screen.findByRole("region", { name: text.preview });

describe("the mount editor", () => {
  it("loads in the room of what will be there", async () => {
    open({ [get]: pending });
    expect(within(await screen.findByRole("dialog", { name: text.title("/work") })).getByRole("status", { name: common.loading })).toBeInTheDocument();
    expect(screen.queryByRole("button", { name: common.save })).toBeNull();
  });

  it("says what failed and why, and tries again", async () => {
    let answer: () => unknown = broken;
    open({ [get]: () => answer() });
    const alert = await screen.findByRole("alert");
    expect(alert).toHaveTextContent(common.failed(text.what));
    expect(alert).toHaveTextContent("It broke.");
    answer = () => directory;
    await userEvent.click(within(alert).getByRole("button", { name: common.retry }));
    expect(await search()).toHaveValue("ext:pdf");
  });

  it("says what a mount is while there is none, and adds the first", async () => {
    open({ [get]: () => ({ ...directory, mounts: [] }), [ask]: () => ({ ...preview, items: [], total: 0 }) });
    expect(await screen.findByText(text.noMounts)).toBeInTheDocument();
    await userEvent.click(screen.getByRole("button", { name: text.addMount }));
    expect(await screen.findByRole("region", { name: text.mount(1) })).toBeInTheDocument();
    expect(screen.queryByText(text.noMounts)).toBeNull();
  });

  it("saves nothing while nothing has changed", async () => {
    open();
    await search();
    expect(screen.getByRole("button", { name: common.save })).toBeDisabled();
  });

  it("keeps what was typed offline, and says why it is not saved", async () => {
    open();
    await changed();
    const button = screen.getByRole("button", { name: common.save });
    expect(button).toBeEnabled();
    goOffline();
    expect(button).toBeDisabled();
    expect(button).toHaveAttribute("title", common.offlineReason);
    expect(await search()).toHaveValue("ext:pdf label:tax");
  });

  it("saves on top of the version that was seen, and closes", async () => {
    const calls = open({ [patch]: () => directory });
    await changed();
    await save();
    await waitFor(() => expect(closed).toHaveBeenCalledOnce());
    const sent = calls.find(({ method }) => method === "PATCH");
    expect(sent?.headers.get("If-Match")).toBe('"1"');
    expect(sent?.body).toMatchObject({ mounts: [{ mount_id: "m1", source: { search: "ext:pdf label:tax" } }] });
  });

  it("says why it was not saved, and keeps what was typed", async () => {
    open({ [patch]: broken });
    await changed();
    await save();
    expect(await screen.findByRole("alert")).toHaveTextContent("It broke.");
    expect(await search()).toHaveValue("ext:pdf label:tax");
    expect(closed).not.toHaveBeenCalled();
  });

  it("shows both versions when somebody else was first, and takes theirs", async () => {
    let version: object = directory;
    open({ [get]: () => Response.json(version, { headers: { ETag: '"2"' } }), [patch]: () => new Refusal({ status: 412, code: "stale", message: "Somebody was first." }) });
    await changed();
    version = { ...directory, mounts: [{ ...mount, source: { search: "theirs" } }] };
    await save();
    const dialog = await screen.findByRole("dialog", { name: text.stale });
    expect(dialog).toHaveTextContent("theirs");
    expect(dialog).toHaveTextContent("ext:pdf label:tax");
    await userEvent.click(within(dialog).getByRole("button", { name: text.theirs }));
    expect(await search()).toHaveValue("theirs");
  });

  it("asks before what was typed is lost, and not before", async () => {
    open();
    await search();
    await userEvent.click(screen.getByRole("button", { name: common.cancel }));
    expect(closed).toHaveBeenCalledOnce();
    await changed();
    await userEvent.click(screen.getByRole("button", { name: common.cancel }));
    expect(closed).toHaveBeenCalledOnce();
    await userEvent.click(within(await screen.findByRole("dialog", { name: text.discard })).getByRole("button", { name: text.discardVerb }));
    expect(closed).toHaveBeenCalledTimes(2);
  });
});

describe("its live preview", () => {
  it("loads in the room of its rows", async () => {
    open({ [ask]: pending });
    expect(within(await shown()).getByRole("status", { name: common.loading })).toBeInTheDocument();
  });

  it("says that nothing matches", async () => {
    open({ [ask]: () => ({ ...preview, items: [], total: 0 }) });
    expect(await screen.findByText(text.none)).toBeInTheDocument();
  });

  it("says what failed and why, and tries again", async () => {
    let answer: () => unknown = broken;
    open({ [ask]: () => answer() });
    const alert = await within(await shown()).findByRole("alert");
    expect(alert).toHaveTextContent(common.failed(text.preview));
    answer = () => preview;
    await userEvent.click(within(alert).getByRole("button", { name: common.retry }));
    expect(await screen.findByText(text.total(1))).toBeInTheDocument();
  });

  it("says that it stopped before it had seen all, and who did not answer", async () => {
    open({ [ask]: () => ({ ...preview, partial: true, files_examined: 5000, problems: [{ code: "source_unavailable", message: "NAS was never heard." }] }) });
    const seen = within(await shown());
    expect(await seen.findByText(text.partial(5000))).toBeInTheDocument();
    expect(seen.getByText("NAS was never heard.")).toBeInTheDocument();
    expect(seen.getByText("a.pdf")).toBeInTheDocument();
  });

  it("tells what is wrong at its field, and shows the files again once it is right", async () => {
    const fields = [{ field: "mounts[0].source.search", problem: "The word label: lacks its value." }];
    open({ [ask]: (_url, body) => (JSON.stringify(body).includes("label:") ? new Refusal({ status: 422, code: "invalid", message: "Not sound.", fields }) : preview) });
    await within(await shown()).findByText("a.pdf");
    await userEvent.type(await search(), " label:");
    await waitFor(() => expect(screen.getAllByText(/lacks its value/)).toHaveLength(2));
    expect(await search()).toBeInvalid();
    await userEvent.clear(await search());
    expect(await within(await shown()).findByText("a.pdf")).toBeInTheDocument();
    expect(await search()).toBeValid();
  });
});
