/** Builds the frame and the page, serves them, and opens previews in Chromium. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { build } from "vite";
import { frame, path } from "../build/bundle";
import { serve, type Proof } from "./server";

interface Locator {
  readonly click: () => Promise<void>;
  readonly fill: (text: string) => Promise<void>;
  readonly count: () => Promise<number>;
  readonly first: () => Locator;
  readonly textContent: () => Promise<string | null>;
  readonly waitFor: (given?: { state?: "visible" | "hidden" | "attached" }) => Promise<void>;
  readonly evaluate: <Answer>(work: (element: HTMLElement) => Answer) => Promise<Answer>;
  readonly press: (key: string) => Promise<void>;
}

interface Room {
  readonly locator: (selector: string) => Locator;
  readonly getByText: (text: string | RegExp) => Locator;
  readonly getByRole: (role: string, given?: { name?: string | RegExp }) => Locator;
}

export interface BrowserPage extends Room {
  readonly goto: (address: string) => Promise<unknown>;
  readonly frameLocator: (selector: string) => Room & { readonly frameLocator: (selector: string) => Room };
  readonly evaluate: <Answer>(work: string | (() => Answer)) => Promise<Answer>;
  readonly frames: () => readonly { readonly url: () => string; readonly evaluate: <Answer>(work: string) => Promise<Answer> }[];
  readonly waitForTimeout: (ms: number) => Promise<void>;
  readonly screenshot: (given: { path: string }) => Promise<unknown>;
  readonly on: (event: "console" | "pageerror" | "request", heard: (what: { text?: () => string; url?: () => string }) => void) => void;
  readonly waitForEvent: (event: "download") => Promise<{ suggestedFilename: () => string; path: () => Promise<string> }>;
  readonly close: () => Promise<void>;
}

interface Browser {
  readonly newPage: (given?: object) => Promise<BrowserPage>;
  readonly close: () => Promise<void>;
}

interface Driver {
  readonly chromium: { readonly launch: (given: { executablePath: string; args: string[] }) => Promise<Browser> };
}

/** The driver is that of the journeys; the page itself does not need one. */
const peers = createRequire(new URL("../../../tests/journeys/peers/package.json", import.meta.url));

export interface Stage extends Proof {
  /** Opens the preview of a sample. */
  readonly open: (name: string, given?: { size?: number; theme?: string }) => Promise<BrowserPage>;
  readonly scripts: readonly Buffer[];
  /** The same files with an outside of their own: what a browser asks late of that one is not held against a preview. */
  readonly unheld: Proof;
  readonly end: () => Promise<void>;
}

export async function stage(): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), "mosaicfs-preview-"));
  const [page, framed] = [join(folder, "page"), join(folder, "frame")];
  await Promise.all([buildPage(page), buildFrame(framed)]);
  const [proof, unheld] = await Promise.all([serve(page, framed), serve(page, framed)]);
  const { chromium } = peers("playwright-core") as Driver;
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required"] });
  const open: Stage["open"] = async (name, { size, theme = "light" } = {}) => {
    const opened = await browser.newPage({ viewport: { width: 480, height: 640 } });
    const { type, bytes } = proof.files[name] ?? { type: "", bytes: Buffer.alloc(0) };
    const query = new URLSearchParams({ file: name, type, size: String(size ?? bytes.length), theme });
    await opened.goto(`${proof.origin}/?${query.toString()}`);
    return opened;
  };
  const end = async (): Promise<void> => {
    await browser.close();
    await Promise.all([proof.close(), unheld.close()]);
    rmSync(folder, { recursive: true, force: true });
  };
  const scripts = readdirSync(join(framed, "assets")).map((name) => readFileSync(join(framed, "assets", name)));
  return Object.assign(proof, { open, scripts, unheld, end });
}

async function buildFrame(folder: string): Promise<void> {
  await build({
    configFile: false,
    root: path(""),
    publicDir: false,
    logLevel: "error",
    plugins: [frame()],
    build: { outDir: folder, emptyOutDir: true, rolldownOptions: { input: "virtual:frame" } },
  });
}

async function buildPage(folder: string): Promise<void> {
  await build({
    configFile: false,
    root: path(".."),
    publicDir: false,
    logLevel: "error",
    plugins: [react(), tailwindcss()],
    resolve: { alias: { "@": path("../src") } },
    build: { outDir: folder, emptyOutDir: true, rolldownOptions: { input: path("proof/page.html") } },
  });
}
