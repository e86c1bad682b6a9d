import { expect, test } from "vitest";
import { renderedMarkdown, slugOf, withoutFrontMatter } from "./rendering";

test("HTML in it stays text, and pictures become their words", () => {
  const article = renderedMarkdown("# Title\n\n<script>x</script> <b onclick=x>bold</b>\n\n![a cat](https://a.example/cat.png)");
  expect(article.querySelectorAll("script, b, img")).toHaveLength(0);
  expect(article.textContent).toContain("<script>x</script>");
  expect(article.querySelector(".picture")?.textContent).toBe("Image: a cat");
});

test("only addresses of the web, of letters and of this document are links", () => {
  const article = renderedMarkdown("[a](https://a.example) [b](mailto:b@b.example) [c](#c) [d](javascript:x) [e](data:text/html,x) [f](file:///etc) [g](other.md)");
  expect([...article.querySelectorAll("a[href]")].map((each) => each.textContent)).toEqual(["a", "b", "c"]);
});

test("a picture that lies in the document itself is drawn", () => {
  expect(renderedMarkdown("![x](data:image/png;base64,AAAA)").querySelector("img")?.getAttribute("src")).toBe("data:image/png;base64,AAAA");
  expect(renderedMarkdown("![x](data:image/svg+xml;base64,AAAA)").querySelector("img")).toBeNull();
});

test("code is coloured by the language that it names, and its text stays as it was", () => {
  const code = renderedMarkdown("```py\ndef f():\n    return 1  # <b>\n```").querySelector("code");
  expect(code?.textContent).toBe("def f():\n    return 1  # <b>\n");
  expect(code?.querySelector(".keyword")?.textContent).toBe("def");
});

test("settings before the text are not part of it", () => {
  expect(withoutFrontMatter("---\ntitle: x\n---\n# A")).toBe("# A");
  expect(withoutFrontMatter("text\n---\nmore\n---\n")).toBe("text\n---\nmore\n---\n");
});

test("headings are found by the links that lists of contents have", () => {
  expect(slugOf(" What must *hold* – now? ")).toBe("what-must-hold--now");
});
