/** For tests: the states that every list and panel has, told once. */
import { act, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { documents } from "@/lib/documents";
import { connection, replica } from "@/lib/live/connection";
import { common } from "@/lib/text/everywhere";
import { type Answers, Refusal } from "./in-page";

export const pending = (): Promise<never> => new Promise(() => undefined);
export const broken = (): Refusal => new Refusal({ status: 500, code: "internal", message: "It broke." });
export const listed = (...items: object[]) => ({ items, total: items.length, limit: 200, offset: 0 });

export function goOffline(): void {
  act(() => connection.set({ standing: "offline", since: Date.now() }));
}

/** A page begins live and with no documents, and its lists have room for rows: jsdom measures nothing. */
export function quietly(): void {
  beforeEach(() => {
    connection.set({ standing: "live", since: null });
    vi.spyOn(Element.prototype, "clientHeight", "get").mockReturnValue(600);
  });
  afterEach(() => {
    documents.clear();
    connection.set({ standing: "catching-up", since: null });
    replica.set({ state: "none", isKept: false });
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
  });
}

export interface Stateful {
  show: (answers: Answers) => void;
  /** The call that it is made of, as in `GET /api/labels`. */
  call: string;
  /** What could not be shown when that fails. */
  what: string;
  full: unknown;
  /** Words that stand there only with data. */
  seen: string;
  /** What an empty one is, and its sentence; left out where it cannot be empty. */
  empty?: unknown;
  sentence?: string;
}

/** Loading, empty, error and offline of one list. */
export function hasItsStates({ show, call, what, full, seen, empty, sentence = "" }: Stateful): void {
  it("loads in the room of what will be there", async () => {
    show({ [call]: pending });
    expect((await screen.findAllByRole("status", { name: common.loading })).length).toBeGreaterThan(0);
  });

  if (empty !== undefined) {
    it("says what belongs there when it is empty", async () => {
      show({ [call]: () => empty });
      expect(await screen.findByText(sentence)).toBeInTheDocument();
    });
  }

  it("says what failed and why, and tries again", async () => {
    let answer: () => unknown = broken;
    show({ [call]: () => answer() });
    const alert = await screen.findByRole("alert");
    expect(alert).toHaveTextContent(common.failed(what));
    expect(alert).toHaveTextContent("It broke.");
    expect(screen.getByRole("button", { name: common.copyDetails })).toBeInTheDocument();
    answer = () => full;
    await userEvent.click(screen.getByRole("button", { name: common.retry }));
    expect((await screen.findAllByText(seen)).length).toBeGreaterThan(0);
  });

  it("keeps what it has offline, marked with its time", async () => {
    show({ [call]: () => full });
    await screen.findAllByText(seen);
    expect(screen.queryByText(/^As of /)).toBeNull();
    goOffline();
    expect(screen.getAllByText(/^As of \d\d:\d\d$/).length).toBeGreaterThan(0);
    expect(screen.getAllByText(seen).length).toBeGreaterThan(0);
  });
}
