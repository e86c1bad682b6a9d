import type { UseQueryResult } from "@tanstack/react-query";
import { act, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "@/api/errors";
import { connection } from "@/lib/live/connection";
import { common } from "@/lib/text/everywhere";
import { Empty, Failure, Loaded, NoMatch, Offline, Partial } from ".";
import { details } from "./states";

const error = new ApiError({ status: 503, code: "source_unavailable", message: "NAS does not answer.", requestId: "r1" });
type Query = UseQueryResult<string[], ApiError>;
const query = (given: object): Query => ({ data: undefined, error: null, refetch: vi.fn(), dataUpdatedAt: 0, ...given }) as unknown as Query;
const list = (of: Query) => (
  <Loaded query={of} what="Nodes" isEmpty={(all) => all.length === 0} empty={<Empty drawing="nodes" sentence="No nodes" />}>
    {(all) => <p>{all.join()}</p>}
  </Loaded>
);

afterEach(() => connection.set({ standing: "live", since: null }));

describe("a panel", () => {
  it("shows nothing for a moment, then bones in the same room", () => {
    vi.useFakeTimers();
    const { container } = render(list(query({})));
    const room = screen.getByRole("status", { name: common.loading });
    expect(container.querySelector(".pulse-soft")).toBeNull();
    const before = room.children.length;
    act(() => void vi.advanceTimersByTime(150));
    expect(container.querySelector(".pulse-soft")).not.toBeNull();
    expect(room.children).toHaveLength(before);
    vi.useRealTimers();
  });

  it("says what belongs there when it is empty", () => {
    render(list(query({ data: [] })));
    expect(screen.getByText("No nodes")).toBeInTheDocument();
  });

  it("says what failed, why, and tries again", async () => {
    const failed = query({ error });
    render(list(failed));
    expect(screen.getByRole("alert")).toHaveTextContent("Nodes could not be shown");
    expect(screen.getByRole("alert")).toHaveTextContent("NAS does not answer.");
    await userEvent.click(screen.getByRole("button", { name: common.retry }));
    expect(failed.refetch).toHaveBeenCalled();
  });

  it("keeps what it has when asking again fails, marked with its time", () => {
    connection.set({ standing: "offline", since: 0 });
    render(list(query({ data: ["a"], error, dataUpdatedAt: Date.now() })));
    expect(screen.getByText("a")).toBeInTheDocument();
    expect(screen.getByRole("status")).toHaveTextContent(/^As of \d\d:\d\d$/);
  });

  it("marks what it has offline even before anything is asked again, and an empty list too", () => {
    connection.set({ standing: "offline", since: 0 });
    render(list(query({ data: [], dataUpdatedAt: Date.now() })));
    expect(screen.getByText("No nodes")).toBeInTheDocument();
    expect(screen.getByRole("status")).toHaveTextContent(/^As of \d\d:\d\d$/);
  });

  it("marks what it has when asking again is refused while the page is live", () => {
    connection.set({ standing: "live", since: null });
    render(list(query({ data: ["a"], error, dataUpdatedAt: Date.now() })));
    expect(screen.getByRole("status")).toHaveTextContent(/^As of /);
  });
});

describe("the other states", () => {
  it("name the filter and clear it", async () => {
    const clear = vi.fn();
    render(<NoMatch by="label work" onClear={clear} />);
    expect(screen.getByText("Filtered by label work.")).toBeInTheDocument();
    await userEvent.click(screen.getByRole("button", { name: common.clearFilters }));
    expect(clear).toHaveBeenCalled();
  });

  it("give the details that somebody who helps will ask for", () => {
    expect(details("Nodes", error)).toMatch(/source_unavailable[\s\S]*503[\s\S]*r1[\s\S]*time: 20/);
    render(<Failure what="Nodes" error={error} />);
    expect(screen.getByRole("button", { name: common.copyDetails })).toBeInTheDocument();
  });

  it("name who did not answer", () => {
    render(<Partial answered={2} all={3} missing={["NAS did not: offline since 09:14."]} />);
    expect(screen.getByRole("status")).toHaveTextContent("2 of 3 answered. NAS did not: offline since 09:14.");
  });

  it("leave no mark while the page is live", () => {
    connection.set({ standing: "live", since: null });
    const { container } = render(<Offline asOf={0} />);
    expect(container).toBeEmptyDOMElement();
  });
});
