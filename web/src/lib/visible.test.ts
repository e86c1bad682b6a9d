import { describe, expect, it } from "vitest";
import { visible, visibleText } from "./visible";

describe("visible", () => {
  it("leaves ordinary names alone", () => {
    const names = ["Report 2026 (final).pdf", "Grüße – 日本語.txt", "<img onerror=alert(1)>", "👩\u200d💻.png"];
    for (const name of names) expect(visible(name)).toBe(name);
  });

  it("shows what would turn the reading direction", () => {
    expect(visible("invoice\u202egnp.exe")).toBe("invoice\u2039202E\u203agnp.exe");
  });

  it("shows control characters as pictures", () => {
    expect(visible("a\nb\u007f")).toBe("a\u240ab\u2421");
  });

  it("shows a joiner that joins nothing", () => {
    expect(visible("a\u200db")).toBe("a\u2039200D\u203ab");
  });
});

describe("visibleText", () => {
  it("keeps the breaks of lines, however they are written, and none at the end", () => {
    expect(visibleText("one\ntwo\r\nthree\rfour\n")).toBe("one\ntwo\nthree\nfour");
  });

  it("shows all else that would do something", () => {
    expect(visibleText("a\u202eb\n\u001b[31mred\u2028end")).toBe("a\u2039202E\u203ab\n\u241b[31mred\u20392028\u203aend");
  });
});
