import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { type Answers, answering, type Asked, inPage } from "@/lib/testing/in-page";
import { broken, goOffline, hasItsStates, listed, quietly } from "@/lib/testing/states";
import { common } from "@/lib/text/everywhere";
import { conflicts as text } from "@/lib/text/notifications";
import { ConflictsPage } from "./ConflictsPage";

const conflict = {
  id: "c1",
  title: "Rule Work",
  document_type: "label_rule",
  versions: [
    { version_id: "2-aaaaaaaaaaaaaaaa", winner: true, body: { name: "Work" } },
    { version_id: "2-bbbbbbbbbbbbbbbb", winner: false, body: null },
  ],
};
const call = "GET /api/conflicts";

quietly();

const show = (answers: Answers): Asked[] => {
  const calls = answering(answers);
  inPage(ConflictsPage, "/conflicts");
  return calls;
};

describe("the conflicts", () => {
  hasItsStates({ show, call, what: text.what, full: listed(conflict), seen: "Rule Work", empty: listed(), sentence: text.none });

  it("are settled by the version that is kept", async () => {
    let present = listed(conflict);
    const calls = show({ [call]: () => present, "POST /api/conflicts/c1/resolve": () => ((present = listed()), {}) });
    const [, second] = await screen.findAllByRole("button", { name: text.keep });
    await userEvent.click(second as HTMLElement);
    expect(await screen.findByText(text.none)).toBeInTheDocument();
    expect(calls.find(({ method }) => method === "POST")?.body).toEqual({ keep: "2-bbbbbbbbbbbbbbbb" });
  });

  it("stay when that is refused", async () => {
    const calls = show({ [call]: () => listed(conflict), "POST /api/conflicts/c1/resolve": broken });
    await userEvent.click((await screen.findAllByRole("button", { name: text.keep }))[0] as HTMLElement);
    await waitFor(() => expect(calls.filter(({ method }) => method === "GET")).toHaveLength(2));
    expect(screen.getByText("Rule Work")).toBeInTheDocument();
  });

  it("cannot be settled offline, and say why", async () => {
    show({ [call]: () => listed(conflict) });
    await screen.findByText("Rule Work");
    goOffline();
    for (const keep of screen.getAllByRole("button", { name: text.keep })) expect(keep).toHaveAttribute("title", common.offlineReason);
  });
});
