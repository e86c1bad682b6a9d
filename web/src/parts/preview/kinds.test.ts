import { expect, test } from "vitest";
import { openable, savedName } from "./addresses";
import { kindOf, loadsByItself } from "./kinds";

const kind = (name: string, mime_type?: string) => kindOf({ file_id: "f", name, size: 1, mime_type });
const MIB = 1024 * 1024;

test.each([
  ["a.jpg", "image/jpeg", "image"],
  ["a.svg", "image/svg+xml", "image"],
  ["a.tif", "image/tiff", "none"],
  ["a.mp4", "video/mp4", "video"],
  ["a.mp3", "audio/mpeg", "audio"],
  ["a.pdf", "application/pdf", "pdf"],
  ["a.html", "text/html", "text"],
  ["a.xhtml", "application/xhtml+xml", "text"],
  ["a.json", "application/json; charset=utf-8", "text"],
  ["a.ts", "video/mp2t", "text"],
  ["a.md", "text/plain", "markdown"],
  ["a.md", "text/markdown", "markdown"],
  ["a.eml", "message/rfc822", "mail"],
  ["Makefile", "application/octet-stream", "text"],
  [".bashrc", undefined, "text"],
  ["a.pdf", "application/octet-stream", "pdf"],
  ["a.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "none"],
  ["a", "application/octet-stream", "none"],
  ["a.jpg", "application/zip", "none"],
])("%s of type %s is %s", (name, type, shown) => {
  expect(kind(name, type)).toBe(shown);
});

test("up to its limit a preview loads by itself", () => {
  expect(loadsByItself("image", 25 * MIB)).toBe(true);
  expect(loadsByItself("image", 25 * MIB + 1)).toBe(false);
  expect(loadsByItself("pdf", 100 * MIB + 1)).toBe(false);
  expect(loadsByItself("markdown", MIB + 1)).toBe(false);
  expect(loadsByItself("text", 1e12)).toBe(true);
  expect(loadsByItself("video", 1e12)).toBe(true);
});

test("only pages and letters are opened, under the address that the browser will use", () => {
  expect(openable(" https://ex\u0430mple.org/a ")).toEqual({ full: "https://xn--exmple-4nf.org/a", host: "xn--exmple-4nf.org" });
  expect(openable("mailto:a@b.example")?.full).toBe("mailto:a@b.example");
  for (const address of ["javascript:x", "data:text/html,x", "file:///etc", "/files/a", "blob:null/x", ""]) expect(openable(address)).toBeUndefined();
});

test("an attachment cannot choose a folder, hide, or turn its name around", () => {
  expect(savedName("../../.bashrc")).toBe("bashrc");
  expect(savedName("C:\\temp\\report.pdf")).toBe("report.pdf");
  expect(savedName("exe\u202efdp.scr")).toBe("exefdp.scr");
  expect(savedName("..")).toBe("attachment");
});
