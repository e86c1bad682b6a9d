import { describe, expect, it } from "vitest";
import { askedOf, boundsOf, isAnything, mostTexts, queryOf, textsOf, toggled } from "./asked";
import { fragmentPieces, marked } from "./marks";

describe("what an address asks for", () => {
  it("is read, and nonsense falls out", () => {
    expect(askedOf({ q: "a", label: "x", type: ["image", "bogus"], size: "huge", changed: "7d", sort: "luck", file: "f" })).toEqual({
      q: "a",
      label: ["x"],
      type: ["image"],
      changed: "7d",
    });
    expect(isAnything(askedOf({ sort: "-size" }))).toBe(false);
  });

  it("becomes parameters of the call, with sizes to the byte", () => {
    expect(queryOf(askedOf({ q: " a ", label: ["x", "y"], size: "1K..1M", changed: "7d" }))).toEqual({
      q: "a",
      label: ["x", "y"],
      size_min: "1025",
      size_max: "1048576",
      mtime_after: "7d",
    });
    expect(boundsOf("0")).toEqual([0, 0]);
    expect(boundsOf("1G..")).toEqual([2 ** 30 + 1, undefined]);
  });

  it("becomes texts of the query language, one for each of several types", () => {
    expect(textsOf(askedOf({ q: "a", label: "my label", type: ["image", "video"], node: "node-nas" }))).toEqual([
      'a label:"my label" type:image node:node-nas',
      'a label:"my label" type:video node:node-nas',
    ]);
    expect(textsOf(askedOf({ size: "1G..", changed: "30d" }))).toEqual(["size:>1073741825 age:<30d"]);
    expect(textsOf(askedOf({ ext: Array.from({ length: mostTexts + 1 }, (_, at) => `e${at}`) }))).toBeNull();
  });

  it("gets a value and loses it again", () => {
    const once = toggled({ q: "a" }, "label", "x");
    expect(once).toEqual({ q: "a", label: ["x"] });
    expect(toggled(once, "label", "x")).toEqual({ q: "a" });
  });
});

describe("marks", () => {
  it("cut a name by whole characters", () => {
    expect(marked("\u{1f600}report", [[1, 4]])).toEqual([
      { text: "\u{1f600}", isMarked: false },
      { text: "rep", isMarked: true },
      { text: "ort", isMarked: false },
    ]);
    expect(marked("abc", []).map(({ text }) => text)).toEqual(["abc"]);
  });

  it("never lose a letter of a name", () => {
    for (const ranges of [[[0, 3]], [[2, 9]], [[1, 2], [0, 3]], [[3, 1]]] as [number, number][][])
      expect(marked("abcd", ranges).map(({ text }) => text).join("")).toBe("abcd");
  });

  it("of a fragment stand between stars; a lone pair is text", () => {
    expect(fragmentPieces("a **b** c").map(({ text, isMarked }) => (isMarked ? `[${text}]` : text)).join("")).toBe("a [b] c");
    expect(fragmentPieces("2 ** 3")).toEqual([{ text: "2 ** 3", isMarked: false }]);
  });
});
