import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { licences } from "./worker/licences.ts";
import { worker } from "./worker/plugin.ts";

const server = process.env.MOSAICFS_URL ?? "http://127.0.0.1:8440";
const built = "../plugins/builtin/control/src/mosaicfs_control/web";

/** What the sign-in page needs stays apart from what the pages behind it need; what the shell lays over them packs better together. */
const chunks = [
  { name: "react", test: /node_modules\/(react|react-dom|scheduler)\// },
  { name: "router", test: /node_modules\/@tanstack\/(react-router|router-core|history|react-store|store)\// },
  { name: "layers", test: /node_modules\/(@radix-ui\/react-(menu|dropdown-menu|context-menu|collection|roving-focus|popper|popover|dialog|dismissable-layer|focus-scope|focus-guards)|@floating-ui\/.*|aria-hidden|react-remove-scroll|react-remove-scroll-bar|react-style-singleton|use-sidecar|use-callback-ref)\// },
  { name: "query", test: /node_modules\/@tanstack\/(react-query|query-core)\// },
];

/** PouchDB writes a mark into `localStorage` for other tabs; the page keeps nothing there but its look. */
const quietPouch = {
  name: "quiet-pouch",
  transform(code: string, id: string) {
    if (!id.includes("/pouchdb-utils/")) return null;
    return { code: `const localStorage = { setItem() {}, getItem() { return null; } };\n${code}`, map: null };
  },
};

export default defineConfig({
  plugins: [react(), tailwindcss(), quietPouch, worker(), licences()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  server: { proxy: { "/api": { target: server, changeOrigin: true, headers: { origin: server } } } },
  preview: { proxy: { "/api": { target: server, changeOrigin: true, headers: { origin: server } } } },
  build: {
    outDir: built,
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { output: { codeSplitting: { groups: chunks } } },
  },
});
