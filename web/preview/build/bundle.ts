/**
 * Builds the frame. It has no origin, so it can load no module: both of its scripts are classic ones, and the worker
 * of pdf.js, which it could not fetch either, travels as text inside the second.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build, type InlineConfig, type Plugin } from "vite";
import { cutOf, slimmed } from "./slim";

const WORKER = "virtual:pdf-worker";
const ENTITIES = /postal-mime\/dist\/esm\/html-entities\.js$/;
const TARGET = "es2022";

export function path(name: string): string {
  return fileURLToPath(new URL(`../${name}`, import.meta.url));
}

/** What the frame carries only as far as it uses it. */
function slimming(): Plugin {
  return {
    name: "slimming",
    enforce: "pre",
    transform(code, file) {
      const cut = cutOf(file);
      if (cut !== undefined) return { code: slimmed(code, cut), map: null };
      // Only for turning HTML into text, which is never shown.
      return ENTITIES.test(file) ? { code: "export const htmlEntities = { '&amp;': '&' };", map: null } : null;
    },
  };
}

function worker(): Plugin {
  return {
    name: "pdf-worker",
    resolveId: (id) => (id === WORKER ? `\0${WORKER}` : null),
    async load(id) {
      if (id !== `\0${WORKER}`) return null;
      return `export default ${JSON.stringify((await script("pdf/worker.ts")).code)};`;
    },
  };
}

interface Script {
  readonly fileName: string;
  readonly code: string;
}

async function script(entry: string, name = "script"): Promise<Script> {
  const made = await build(settings(entry, name));
  const output = Array.isArray(made) ? made[0]?.output : "output" in made ? made.output : undefined;
  const [first] = output ?? [];
  if (first?.type !== "chunk") throw new Error(`Building ${entry} gave no script.`);
  return first;
}

function settings(entry: string, name: string): InlineConfig {
  return {
    configFile: false,
    root: path(""),
    logLevel: "error",
    plugins: [slimming(), worker()],
    define: { "import.meta": "({})" },
    build: {
      write: false,
      target: TARGET,
      minify: true,
      rolldownOptions: {
        input: path(entry),
        output: { format: "iife", entryFileNames: `assets/${name}-[hash].js` },
      },
    },
  };
}

/** Adds both scripts and the page that starts them to what is built. */
export function frame(): Plugin {
  return {
    name: "preview-frame",
    resolveId: (id) => (id === "virtual:frame" ? "\0virtual:frame" : null),
    load: (id) => (id === "\0virtual:frame" ? "export {};" : null),
    async generateBundle(_options, bundle) {
      for (const name of Object.keys(bundle)) Reflect.deleteProperty(bundle, name);
      const [main, pdf] = await Promise.all([script("main.ts", "frame"), script("pdf/main.ts", "pdf")]);
      for (const { fileName, code } of [main, pdf]) this.emitFile({ type: "asset", fileName, source: code });
      const html = readFileSync(path("frame.html"), "utf8");
      const source = html.replace("%frame%", main.fileName).replace("%pdf%", pdf.fileName);
      this.emitFile({ type: "asset", fileName: "frame.html", source });
    },
  };
}
