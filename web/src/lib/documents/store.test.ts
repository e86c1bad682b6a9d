import { describe, expect, it, vi } from "vitest";
import { documentStore } from "./store";
import type { AnyDocument, Change } from "./types";

const node = (id: string, status = "online"): Change => ({
  id: `node::${id}`,
  doc: { _id: `node::${id}`, type: "node", node_id: id, status } as unknown as AnyDocument,
});

describe("documents", () => {
  it("are kept by type, and what the page does not know is left out", () => {
    const store = documentStore();
    store.apply([node("a"), { id: "future::x", doc: {} as AnyDocument }]);
    expect(store.all("node").map(({ node_id }) => node_id)).toEqual(["a"]);
    expect(store.everything()).toHaveLength(1);
  });

  it("answer the same array until one of the type changes", () => {
    const store = documentStore();
    store.apply([node("a")]);
    const before = store.all("node");
    store.apply([{ id: "dir::root", doc: {} as AnyDocument }]);
    expect(store.all("node")).toBe(before);
    store.apply([node("a", "offline")]);
    expect(store.all("node")).not.toBe(before);
  });

  it("tell only who looks at the one that changed", () => {
    const store = documentStore();
    store.apply([node("a"), node("b")]);
    const [ofA, ofB, ofAll] = [vi.fn(), vi.fn(), vi.fn()];
    store.subscribeOne("node::a", ofA);
    store.subscribeOne("node::b", ofB);
    store.subscribe("node", ofAll);
    store.apply([node("a", "offline")]);
    expect([ofA, ofB, ofAll].map((listener) => listener.mock.calls.length)).toEqual([1, 0, 1]);
  });

  it("go with their tombstone, and with a snapshot that lacks them", () => {
    const store = documentStore();
    store.apply([node("a"), node("b"), node("c")]);
    store.apply([{ id: "node::a", doc: null }]);
    store.replace([node("c")]);
    expect(store.all("node").map(({ node_id }) => node_id)).toEqual(["c"]);
  });

  it("stop telling who has left", () => {
    const store = documentStore();
    const seen = vi.fn();
    store.subscribe("node", seen)();
    store.apply([node("a")]);
    expect(seen).not.toHaveBeenCalled();
  });
});
