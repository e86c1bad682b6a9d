/** `npm run prove:preview`: previews of hostile files in a real browser. */
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  root: fileURLToPath(new URL("../..", import.meta.url)),
  test: { environment: "node", include: ["preview/proof/*.proof.ts"], testTimeout: 60_000, hookTimeout: 180_000, fileParallelism: false },
});
