/** Writes `sw.js` into the build, with the names of the files that it keeps. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Plugin } from "vite";

const loose = ["/theme.js", "/icon.svg", "/manifest.webmanifest"];

export function worker(): Plugin {
  return {
    name: "mosaicfs-worker",
    apply: "build",
    generateBundle(_options, bundle) {
      const hashed = Object.keys(bundle).filter((name) => name.startsWith("assets/")).map((name) => `/${name}`).sort();
      const entry = Object.values(bundle).find((one) => one.type === "chunk" && one.isEntry)?.fileName;
      const id = createHash("sha256").update(hashed.join("\n")).digest("hex").slice(0, 16);
      const source = readFileSync(new URL("./worker.js", import.meta.url), "utf8");
      this.emitFile({ type: "asset", fileName: "sw.js", source: source.replace("= BUILD;", `= ${JSON.stringify({ id, entry: `/${entry ?? ""}`, hashed, loose })};`) });
    },
  };
}
