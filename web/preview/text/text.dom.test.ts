import { describe, expect, test } from "vitest";
import { decode, looksBinary } from "./decoding";
import { marksIn, placesOf } from "./finding";
import { formattedJson } from "./formatting";
import { languageOf } from "./languages";
import { piecesOf, rowElement } from "./row";
import { LONGEST_ROW, rowAt, rowsOf } from "./rows";
import { scan } from "./scanning";

const utf8 = (text: string) => new TextEncoder().encode(text);

describe("decoding", () => {
  test("a letter that is cut in two at the end of a part is left for the next part", () => {
    const bytes = utf8("naïve €");
    for (let cut = 0; cut <= bytes.length; cut++) {
      const { text, encoding } = decode(bytes.subarray(0, cut), false);
      expect(encoding).toBe("utf-8");
      expect("naïve €".startsWith(text)).toBe(true);
    }
  });
  test("the same bytes as the whole file are Windows-1252, for half a letter is no UTF-8", () => {
    expect(decode(utf8("é").subarray(0, 1), true)).toEqual({ text: "Ã", encoding: "windows-1252" });
  });
  test("every byte means something", () => {
    const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    expect(decode(all, true).text).toHaveLength(256);
  });
  test("UTF-16 tells by its mark", () => {
    expect(decode(Uint8Array.of(0xff, 0xfe, 0x61, 0), true)).toEqual({ text: "a", encoding: "utf-16le" });
    expect(decode(Uint8Array.of(0xfe, 0xff, 0, 0x61), true)).toEqual({ text: "a", encoding: "utf-16be" });
    expect(looksBinary(Uint8Array.of(0xff, 0xfe, 0x61, 0))).toBe(false);
  });
  test("the mark of UTF-8 is not shown", () => {
    expect(decode(utf8("\ufeffa"), true).text).toBe("a");
  });
  test("a zero byte says that it is no text", () => {
    expect(looksBinary(Uint8Array.of(0x7f, 0x45, 0))).toBe(true);
    expect(looksBinary(utf8("text"))).toBe(false);
  });
});

describe("rows", () => {
  const lines = (text: string) => {
    const { starts, ends } = rowsOf(text);
    return starts.map((start, at) => text.slice(start, ends[at]));
  };
  test("line ends of all systems belong to no row", () => {
    expect(lines("a\nb\r\nc\rd")).toEqual(["a", "b", "c", "d"]);
  });
  test("a last line end begins no row, an empty text is one", () => {
    expect(lines("a\n")).toEqual(["a"]);
    expect(lines("a\n\n")).toEqual(["a", ""]);
    expect(lines("")).toEqual([""]);
  });
  test("a long line is cut, and only its beginning has a number", () => {
    const { numbers, ends } = rowsOf(`${"x".repeat(LONGEST_ROW * 2 + 1)}\nend`);
    expect(numbers).toEqual([1, 0, 0, 2]);
    expect(ends[2]).toBe(LONGEST_ROW * 2 + 1);
  });
  test("every offset is found in the row that holds it", () => {
    const text = "one\ntwo\n\nthree";
    const rows = rowsOf(text);
    expect([0, 3, 4, 8, 9, 13].map((offset) => rowAt(rows, offset))).toEqual([0, 0, 1, 2, 3, 3]);
  });
});

describe("finding", () => {
  test("words are found without regard to case, and signs mean themselves", () => {
    expect(placesOf("A.b a.B axb", "a.b").starts).toEqual([0, 4]);
    expect(placesOf("a(b[c{d\\e/f-g", "(b[c{d\\e/f-g").starts).toEqual([1]);
  });
  test("letters that change their length in lower case move nothing", () => {
    expect(placesOf("İİ needle", "needle").starts).toEqual([3]);
  });
  test("too many places are cut and said to be", () => {
    const { starts, isCut } = placesOf("a".repeat(6000), "a");
    expect([starts.length, isCut]).toEqual([5000, true]);
  });
  test("a place over two rows is marked in both", () => {
    const places = placesOf("xxabcdxx", "abcd");
    expect(marksIn(places, 0, 4)).toEqual([{ start: 2, end: 4, index: 0 }]);
    expect(marksIn(places, 4, 8)).toEqual([{ start: 0, end: 2, index: 0 }]);
    expect(marksIn(places, 6, 8)).toEqual([]);
  });
});

describe("colours", () => {
  const kinds = (line: string, name: string) => {
    const language = languageOf(name)!;
    return scan(line, language, undefined).tokens.map(({ start, end, kind }) => `${kind}:${line.slice(start, end)}`);
  };
  test("strings hide comments and comments hide strings", () => {
    expect(kinds(`let a = "// no"; // "yes"`, "a.ts")).toEqual(["keyword:let", 'string:"// no"', 'comment:// "yes"']);
  });
  test("keys of JSON are told from its strings", () => {
    expect(kinds(`{"a": "b", "c": 1.5e3, "d": null}`, "a.json")).toEqual([
      'name:"a"', 'string:"b"', 'name:"c"', "number:1.5e3", 'name:"d"', "keyword:null",
    ]);
  });
  test("what is left open goes on in the next line", () => {
    const language = languageOf("a.c")!;
    const first = scan("int a; /* one", language, undefined);
    const second = scan("two */ return", language, first.open);
    expect(second.open).toBeUndefined();
    expect(second.tokens.map(({ kind }) => kind)).toEqual(["comment", "keyword"]);
    expect(scan("", language, first.open).open).toBe(first.open);
  });
  test("a comment that opens and closes in one line stays in it", () => {
    expect(kinds("a /*/ b */ return /**/ 1", "a.c")).toEqual(["comment:/*/ b */", "keyword:return", "comment:/**/", "number:1"]);
  });
  test("any line of any language ends, and its pieces lie in order without overlap", () => {
    const nasty = [`"`, `'`, "\\", `"\\`, "`${`", "<!-- <!--", "/*/", "((((", `${'"\\'.repeat(500)}`, "<".repeat(900), "- ".repeat(700), " ".repeat(1999)];
    for (const name of ["a.ts", "a.c", "a.py", "a.rb", "a.sh", "a.sql", "a.json", "a.html", "a.yml", "a.css", "a.csv", "a.diff", "a.md"]) {
      for (const line of nasty) {
        let at = 0;
        for (const { start, end } of scan(line, languageOf(name)!, undefined).tokens) {
          expect(start).toBeGreaterThanOrEqual(at);
          expect(end).toBeGreaterThan(start);
          at = end;
        }
      }
    }
  });
  test("marks and colours are laid over each other", () => {
    const pieces = piecesOf(6, [{ start: 0, end: 4, kind: "string" }], [{ start: 2, end: 6, index: 7 }]);
    expect(pieces.map(({ start, end, kind, mark }) => [start, end, kind, mark?.index])).toEqual([
      [0, 2, "string", undefined], [2, 4, "string", 7], [4, 6, undefined, 7],
    ]);
  });
  test("a row is text, whatever stands in it", () => {
    const row = rowElement(1, "<img onerror=x>\u202e\tend", [], []);
    expect(row.querySelector("img")).toBeNull();
    expect(row.textContent).toBe("<img onerror=x>‹202E›\tend");
  });
});

describe("JSON in lines", () => {
  test("values stay as they were written", () => {
    expect(formattedJson(`{"a":[1.0,{}],"b":123456789012345678901234567890,"c":"x\\"{[,"}`)).toBe(
      `{\n  "a": [\n    1.0,\n    {}\n  ],\n  "b": 123456789012345678901234567890,\n  "c": "x\\"{[,"\n}`,
    );
  });
  test("what comes out means the same", () => {
    for (const value of [[], {}, [[]], { a: { b: [1, "]", null] } }, "text", 0, [{ "": false }]]) {
      expect(JSON.parse(formattedJson(JSON.stringify(value))!)).toEqual(value);
    }
  });
  test("what is no JSON is left alone", () => {
    expect(formattedJson("{a:1}")).toBeUndefined();
  });
});
