import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { type Answers, answering, type Asked, inPage } from "@/lib/testing/in-page";
import { broken, hasItsStates, listed, quietly } from "@/lib/testing/states";
import { common } from "@/lib/text/everywhere";
import { notifications } from "@/lib/text/notifications";
import { NotificationsPage } from "./NotificationsPage";

const text = notifications.historyOf;
const call = "GET /api/notifications/history";
const notice = (title: string) => ({
  notification_id: title,
  title,
  message: "It is over.",
  severity: "error",
  status: "resolved",
  source: { node_id: "node-nas", component: "disk" },
  first_seen: "2026-01-15T14:30:00Z",
  last_seen: "2026-01-15T14:30:00Z",
  resolved_at: "2026-01-15T14:30:00Z",
});

quietly();

const show = (answers: Answers, address = "/notifications"): Asked[] => {
  const calls = answering(answers);
  inPage(NotificationsPage, address);
  return calls;
};

describe("the history of notifications", () => {
  hasItsStates({ show, call, what: text.what, full: listed(notice("Disk full")), seen: "Disk full", empty: listed(), sentence: text.empty });

  it("says what it was filtered by when nothing fits, and clears it", async () => {
    show({ [call]: (url) => (url.searchParams.has("severity") ? listed() : listed(notice("Disk full"))) }, "/notifications?severity=info&q=zz");
    await screen.findByText(common.filteredBy("zz, info"));
    await userEvent.click(screen.getByRole("button", { name: common.clearFilters }));
    expect(await screen.findByText("Disk full")).toBeInTheDocument();
  });

  it("looks for words in all of it before it says that nothing fits", async () => {
    const pages: Answers = { [call]: (url) => ({ items: [notice(url.searchParams.get("offset") === "0" ? "Disk full" : "Lost node")], total: 2, limit: 1, offset: Number(url.searchParams.get("offset")) }) };
    show(pages, "/notifications?q=lost");
    expect(await screen.findByText("Lost node")).toBeInTheDocument();
  });

  it("says that the rest failed, and never that nothing fits", async () => {
    const calls = show({ [call]: (url) => (url.searchParams.get("offset") === "0" ? { ...listed(notice("Disk full")), total: 2 } : broken()) }, "/notifications?q=lost");
    expect(await screen.findByRole("alert")).toHaveTextContent(common.failed(text.rest));
    expect(screen.queryByText(common.noMatch)).toBeNull();
    expect(calls).toHaveLength(2);
  });
});
