/** What must hold of previews, seen in Chromium: they show what they should, nothing in a file runs, nothing leaves. */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { stage, type BrowserPage, type Stage } from "./browser";

let at: Stage;
let page: BrowserPage;

beforeAll(async () => {
  at = await stage();
});
afterAll(() => at.end());
afterEach(async () => {
  expect(await page.evaluate("globalThis.canary")).toBeUndefined();
  await page.close();
  at.broken = undefined;
  expect(at.leaked.splice(0)).toEqual([]);
});

const inFrame = () => page.frameLocator("iframe");
/** Time for a refresh, a font or a late script to call out. */
const until = (condition: string) => expect.poll(() => page.evaluate(condition), { timeout: 20_000 }).toBe(true);
const settle = () => page.waitForTimeout(500);

test("the attack works where nothing holds it back, so these tests would see it", async () => {
  page = await at.open("empty.txt");
  await page.goto(`${at.unheld.origin}/bare.html`).catch(() => undefined);
  await expect.poll(() => at.unheld.leaked, { timeout: 20_000 }).toContain("/import.css");
  await page.close();
  page = await at.open("empty.txt");
});

test("HTML is shown as its source and nothing in it runs", async () => {
  page = await at.open("evil.html");
  await inFrame().getByText("Dear reader").waitFor();
  expect(await inFrame().locator(".rows script, .rows img, .rows form, .rows iframe").count()).toBe(0);
  await settle();
});

test("a picture with a script in it is drawn and the script does not run", async () => {
  page = await at.open("evil.svg");
  await until("document.querySelector('img')?.naturalWidth > 0");
  await page.getByRole("button", { name: "100 %" }).click();
  expect(await page.locator("output").textContent()).toBe("100 %");
  await settle();
});

test("Markdown is rendered without the scripts and pictures in it, and its links come out as a question", async () => {
  page = await at.open("evil.md");
  await inFrame().getByRole("heading", { name: "Notes of today" }).waitFor();
  expect(await inFrame().locator("article script, article img").count()).toBe(0);
  expect(await inFrame().locator("article .keyword").first().textContent()).toBe("const");
  expect(await inFrame().locator('a[href^="java"]').count()).toBe(0);
  await inFrame().getByText("an outside page").click();
  await page.getByRole("dialog").waitFor();
  expect(await page.getByRole("dialog").textContent()).toContain(`${at.outside}/link`);
  expect(await page.getByRole("link", { name: "Open" }).evaluate((link) => (link as HTMLAnchorElement).rel)).toBe("noopener noreferrer");
  await page.getByRole("button", { name: "Cancel" }).click();
  await inFrame().getByText("below").click();
  await page.waitForTimeout(100);
  expect(await inFrame().locator(".scroll").evaluate((scrolled) => scrolled.scrollTop)).toBeGreaterThan(500);
  await inFrame().getByRole("button", { name: "Source" }).click();
  await inFrame().getByText("title: hidden").waitFor();
});

test("a letter shows who and what, its cleaned page without a way out, and saves what was enclosed under a plain name", async () => {
  page = await at.open("evil.eml");
  await inFrame().getByText("Ana ‹202E›gro <ana@example.org>").waitFor();
  await inFrame().getByRole("heading", { name: "The quarterly report <script>alert(1)</script>" }).waitFor();
  const letter = inFrame().frameLocator("iframe.letter");
  await letter.getByText("Dear reader").waitFor();
  expect(await letter.locator("script, form, input, style + style, iframe, object, embed, video, a[href], img, svg, base").count()).toBe(0);
  await inFrame().getByText("1 remote image is not loaded").waitFor();
  await inFrame().getByText("1 link").click();
  await inFrame().getByRole("button", { name: /our offer/ }).click();
  expect(await page.getByRole("dialog").textContent()).toContain(`${at.outside}/link`);
  await page.getByRole("button", { name: "Cancel" }).click();
  const saved = page.waitForEvent("download");
  await inFrame().getByRole("button", { name: /^Save/ }).click();
  const download = await saved;
  expect(download.suggestedFilename()).toBe("bashrc");
  expect(readFileSync(await download.path(), "utf8")).toBe("echo hello\n");
  await inFrame().getByRole("button", { name: "Text" }).click();
  await inFrame().getByText("Dear reader in plain text").waitFor();
  await settle();
});

test("a document is drawn with text to select, its script does not run, its link asks", async () => {
  page = await at.open("evil.pdf");
  await inFrame().getByText("Hello on page 1").waitFor({ state: "attached" });
  expect(await inFrame().locator("canvas").first().evaluate(isDrawnOn)).toBe(true);
  await inFrame().locator(".pdf-link").click();
  expect(await page.getByRole("dialog").textContent()).toContain(`${at.outside}/pdf-link`);
  await settle();
});

/** Not all of one colour. */
function isDrawnOn(element: HTMLElement): boolean {
  const canvas = element as HTMLCanvasElement;
  const { data } = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
  return new Set(data).size > 2;
}

test("800 pages: only those that are seen are drawn, and words are found on page 700", async () => {
  page = await at.open("long.pdf");
  await inFrame().getByText("Page 1 of 800").waitFor();
  await inFrame().getByRole("searchbox").fill("needle");
  await inFrame().getByText("1 of 1").waitFor();
  await inFrame().locator("mark.current").waitFor({ state: "attached" });
  await inFrame().getByText("Page 700 of 800").waitFor();
  expect(await inFrame().locator("canvas").count()).toBeLessThan(10);
});

test("a broken document is said to be one", async () => {
  page = await at.open("broken.pdf");
  await inFrame().getByText("This document cannot be read").waitFor();
});

test("of 50 MiB of text one is read, then one more, and words in both are found", async () => {
  page = await at.open("long.txt");
  await inFrame().getByText("1.0 MiB of 50 MiB loaded").waitFor({ state: "attached" });
  expect(at.asked.filter((line) => line.includes("/files/long.txt"))).toEqual(["GET /files/long.txt bytes=0-1048575"]);
  expect(await inFrame().locator(".row").count()).toBeLessThan(1000);
  await inFrame().getByRole("button", { name: "Load 1.0 MiB more" }).click();
  await inFrame().getByText("2.0 MiB of 50 MiB loaded").waitFor({ state: "attached" });
  await inFrame().getByRole("searchbox").fill("000000777 the");
  await inFrame().getByText(/1 of \d+/).waitFor();
  expect(await inFrame().locator("mark.current").first().textContent()).toBe("000000777 The");
});

test("a program that is called a text is not shown as one before it is asked for", async () => {
  page = await at.open("program.txt");
  await inFrame().getByText("This file is not text").waitFor();
  await inFrame().getByRole("button", { name: "Show as text" }).click();
  await inFrame().getByText("␀␀␀").waitFor();
});

test("text of an old machine is read as Windows-1252", async () => {
  page = await at.open("old.txt");
  await inFrame().getByText("café €5").waitFor();
});

test("source has numbers and colours, and marks that turn text around are shown", async () => {
  page = await at.open("code.py");
  await inFrame().locator(".keyword").first().waitFor();
  expect(await inFrame().locator(".rows").first().textContent()).toContain("# done ‹202E›");
  expect(await inFrame().locator(".string").count()).toBe(2);
});

test("one line of JSON is formatted on demand with every digit of its numbers", async () => {
  page = await at.open("one-line.json");
  await inFrame().getByRole("button", { name: "Formatted" }).click();
  await inFrame().getByText("12345678901234567890123").waitFor();
});

test("an empty file, an unknown type and a large one say what they are", async () => {
  page = await at.open("empty.txt");
  await inFrame().getByText("The file is empty").waitFor();
  await page.close();
  page = await at.open("thing.bin");
  await page.getByText("No preview for this type").waitFor();
  await page.close();
  page = await at.open("evil.pdf", { size: 200 * 1024 * 1024 });
  await page.getByRole("button", { name: "Load preview (200 MiB)" }).waitFor();
});

test("what is down is said where the preview would be, and trying again works", async () => {
  at.broken = "NAS does not answer: offline since 09:14.";
  page = await at.open("old.txt");
  await inFrame().getByText("NAS does not answer: offline since 09:14.").waitFor();
  at.broken = undefined;
  await inFrame().getByRole("button", { name: "Retry" }).click();
  await inFrame().getByText("café €5").waitFor();
});

test("a picture that cannot be reached says why", async () => {
  at.broken = "NAS does not answer: offline since 09:14.";
  page = await at.open("evil.svg");
  await page.getByText("NAS does not answer: offline since 09:14.").waitFor();
});

test("sound goes on at the same second after the way to it was cut and its link has run out", async () => {
  page = await at.open("quiet.wav");
  await until("document.querySelector('audio')?.duration > 899");
  await page.evaluate("document.querySelector('audio').play()");
  at.broken = "NAS does not answer: offline since 09:14.";
  await page.evaluate("document.querySelector('audio').currentTime = 800");
  await page.getByText("Connection lost. Playing goes on by itself.").waitFor();
  at.broken = undefined;
  await until("document.querySelector('audio').currentTime > 800 && !document.querySelector('audio').paused");
  await page.getByText("Connection lost. Playing goes on by itself.").waitFor({ state: "hidden" });
  expect(at.asked.some((line) => /^GET \/files\/quiet.wav bytes=1[0-9]{7}-/.test(line))).toBe(true);
});

/** What code that had taken the frame over would try; each way gives what came of it. */
const TAKEN_OVER = (outside: string) => `(async () => {
  const tries = {
    parent: () => parent.document.title,
    storage: () => localStorage.length,
    cookie: () => document.cookie,
    api: () => fetch("/files/old.txt"),
    outside: () => fetch("${outside}/fetch"),
    beacon: () => { if (!navigator.sendBeacon("${outside}/beacon")) throw new Error("refused"); return Promise.reject(new Error("sent, and then refused")); },
    popup: () => { if (open("${outside}/popup") === null) throw new Error("refused"); },
    top: () => { top.location.href = "${outside}/top"; },
  };
  new Image().src = "${outside}/image";
  document.body.append(Object.assign(document.createElement("iframe"), { src: "${outside}/frame" }));
  document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: "${outside}/sheet" }));
  const done = [];
  for (const [name, attempt] of Object.entries(tries)) await Promise.resolve().then(attempt).then(() => done.push(name), () => undefined);
  setTimeout(() => (location.href = "${outside}/away"), 100);
  return done;
})()`;

test("a frame that was taken over reaches neither the page nor the network", async () => {
  page = await at.open("old.txt");
  await inFrame().getByText("café €5").waitFor();
  const asked = at.asked.length;
  const frame = page.frames().find((each) => each.url().includes("/preview/"));
  expect(await frame?.evaluate<string[]>(TAKEN_OVER(at.outside))).toEqual([]);
  await page.waitForTimeout(1000);
  expect(at.asked.slice(asked)).toEqual([]);
  expect(await page.evaluate("location.pathname")).toBe("/");
});

test("axe finds nothing, in any kind of preview, light and dark", async () => {
  for (const theme of ["light", "dark"]) {
    for (const name of ["code.py", "evil.md", "evil.eml", "evil.pdf", "program.txt", "evil.svg", "thing.bin", "quiet.wav"]) {
      const opened = await at.open(name, { theme });
      await opened.waitForTimeout(700);
      expect(await violations(opened), `${name}, ${theme}`).toEqual([]);
      await opened.close();
    }
  }
  page = await at.open("empty.txt");
}, 120_000);

async function violations(opened: BrowserPage): Promise<string[]> {
  const found: string[] = [];
  for (const frame of opened.frames()) {
    // Where no script may run, the axe cannot either; what is in there comes from a stranger.
    if (frame.url() === "about:srcdoc") continue;
    await frame.evaluate(`${axe}; 0`);
    found.push(...(await frame.evaluate<string[]>(RUN_AXE)));
  }
  return found;
}

const axe = readFileSync(new URL("../../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
/** The page is a bare one, so the rules on whole pages are not for it. */
const RUN_AXE = `axe.run(document, { iframes: false, rules: { region: { enabled: false }, "landmark-one-main": { enabled: false }, "page-has-heading-one": { enabled: false } } })
  .then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ": " + html)))`;

test("the frame with all of its scripts keeps its budget", async () => {
  page = await at.open("empty.txt");
  const weights = at.scripts.map((script) => gzipSync(new Uint8Array(script), { level: 9 }).length);
  expect(weights).toHaveLength(2);
  expect(weights.reduce((sum, weight) => sum + weight)).toBeLessThanOrEqual(420_000);
});

test("a message of another window changes nothing", async () => {
  page = await at.open("old.txt");
  await inFrame().getByText("café €5").waitFor();
  await page.evaluate(`postMessage({ type: "link", address: "https://example.org/" }, "*")`);
  await settle();
  expect(await page.getByRole("dialog").count()).toBe(0);
});
