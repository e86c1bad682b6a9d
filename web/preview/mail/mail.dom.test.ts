import { expect, test } from "vitest";
import { cleanedHtml } from "./cleaning";
import { letterFrom, writtenAddress } from "./reading";

const none = new Map<string, string>();
const bodyOf = (html: string) => new DOMParser().parseFromString(html, "text/html").body;

test("nothing that acts, asks or leads away is left", () => {
  const hostile =
    `<script>x</script><form action="https://a.example"><input autofocus onfocus=x></form><iframe src="https://a.example"></iframe>` +
    `<a href="javascript:x" onclick=x>bad</a><a href="https://a.example/?q=1" ping="https://b.example">good</a><style>@import "x"</style>` +
    `<p style="background:url(https://a.example)">one</p><p style="color: red">two</p><p style="background: u\\72l(x)">three</p><base href="https://a.example">`;
  const { html, links } = cleanedHtml(hostile, none);
  const body = bodyOf(html);
  expect(body.querySelectorAll("script, form, input, iframe, style, base, a[href], [onclick], [onfocus]")).toHaveLength(0);
  expect([...body.querySelectorAll("[style]")].map((each) => each.textContent)).toEqual(["two"]);
  expect(links).toEqual([{ address: "https://a.example/?q=1", words: "good" }]);
  expect(body.textContent).toContain("good[1]");
});

test("own pictures are shown, others are counted and stay away", () => {
  const inline = new Map([["logo@here", "data:image/png;base64,AAAA"]]);
  const { html, remoteImages } = cleanedHtml(`<img src="cid:logo@here"><img src="https://a.example/p.gif" alt="us"><img src="//b.example/q">`, inline);
  const body = bodyOf(html);
  expect([...body.querySelectorAll("img")].map((each) => each.src)).toEqual(["data:image/png;base64,AAAA"]);
  expect(body.textContent).toContain("[us]");
  expect(remoteImages).toBe(2);
});

test("the page brings its own policy, and the letter cannot put another before it", () => {
  const { html } = cleanedHtml(`<head><meta http-equiv="refresh" content="0;url=https://a.example"></head>x`, none);
  const page = new DOMParser().parseFromString(html, "text/html");
  expect(page.querySelectorAll("meta[http-equiv]")).toHaveLength(1);
  expect(page.querySelector("meta[http-equiv]")?.getAttribute("content")).toContain("default-src 'none'");
});

test("an address always stands beside the name that it claims", () => {
  expect(writtenAddress({ name: "Bank <safe@bank.example>", address: "x@evil.example" })).toBe("Bank <safe@bank.example> <x@evil.example>");
  expect(writtenAddress({ name: "", address: "a@b.example" })).toBe("a@b.example");
  expect(writtenAddress({ name: "Team", group: [{ name: "", address: "a@b.example" }] })).toBe("Team: a@b.example");
});

test("a letter is taken apart with its pictures and what is enclosed", async () => {
  const lines = [
    "From: =?iso-8859-1?q?Jos=E9?= <j@example.org>", "Subject: Hi", 'Content-Type: multipart/related; boundary="b"', "", "--b",
    "Content-Type: text/html", "", '<img src="cid:p@x">', "--b", "Content-Type: image/png", "Content-ID: <p@x>",
    "Content-Transfer-Encoding: base64", "", "iVBORw0=", "--b--", "",
  ];
  const { email, inline, enclosed } = await letterFrom(new TextEncoder().encode(lines.join("\r\n")));
  expect(email.from).toMatchObject({ name: "José", address: "j@example.org" });
  expect(inline.get("p@x")).toBe("data:image/png;base64,iVBORw0=");
  expect(enclosed[0]?.bytes.byteLength).toBe(5);
});
