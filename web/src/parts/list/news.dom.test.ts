import { act, renderHook } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { held, useNews } from "./news";

const self = (row: string): string => row;

describe("rows that come", () => {
  it("wait when they come above others, and not after the last", () => {
    expect(held(["new", "a", "newer", "b", "c"], ["a", "b"], self)).toEqual({ shown: ["a", "b", "c"], count: 2 });
  });

  it("do not hide that others went", () => {
    expect(held(["new", "b"], ["a", "b"], self)).toEqual({ shown: ["b"], count: 1 });
  });

  it("are shown when nothing of the list before is left", () => {
    expect(held(["x", "y"], ["a"], self)).toEqual({ shown: ["x", "y"], count: 0 });
  });
});

describe("a list", () => {
  function list() {
    const { result, rerender } = renderHook(({ rows, of }: { rows: string[]; of: string }) => useNews(rows, of, self), { initialProps: { rows: ["a", "b"], of: "name" } });
    const seen = (): [string, number] => [result.current.rows.join(""), result.current.news.count];
    return { seen, show: (rows: string[], of = "name") => rerender({ rows, of }), onTop: (isAtTop: boolean) => act(() => result.current.news.onTop(isAtTop)) };
  }

  it("shows at its top what is new, and keeps it back further down until one is there again", () => {
    const { seen, show, onTop } = list();
    show(["n", "a", "b"]);
    expect(seen()).toEqual(["nab", 0]);
    onTop(false);
    show(["o", "n", "a", "b"]);
    expect(seen()).toEqual(["nab", 1]);
    show(["p", "o", "n", "a", "b"]);
    expect(seen()).toEqual(["nab", 2]);
    onTop(true);
    expect(seen()).toEqual(["ponab", 0]);
  });

  it("is another one in another order", () => {
    const { seen, show, onTop } = list();
    onTop(false);
    show(["b", "n", "a"], "-name");
    expect(seen()).toEqual(["bna", 0]);
  });
});
