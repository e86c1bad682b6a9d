/**
 * The tests of the page, of two kinds: pure ones in plain Node.js, and `.test.tsx` and `.dom.test.ts` in a document.
 * A document takes a second to make, so files share one, and vitest.setup.ts leaves it as it was found.
 */
import { fileURLToPath } from "node:url";
import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";

const inDocument = "{src,preview}/**/*.{test.tsx,dom.test.ts}";

function project(test: TestProjectInlineConfiguration["test"]): TestProjectInlineConfiguration {
  return {
    resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
    test: { pool: "threads", isolate: false, testTimeout: 30_000, ...test },
  };
}

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      project({ name: "pure", environment: "node", include: ["{src,preview}/**/*.test.ts"], exclude: [inDocument] }),
      project({ name: "page", environment: "jsdom", include: [inDocument], setupFiles: ["./vitest.setup.ts"] }),
    ],
  },
});
