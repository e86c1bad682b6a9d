/** `npm run build:preview`: the frame of previews, beside the page and apart from it. */
import { defineConfig } from "vite";
import { frame, path } from "./build/bundle";

const built = "../../plugins/builtin/control/src/mosaicfs_control/web/preview";

export default defineConfig({
  root: path(""),
  publicDir: false,
  plugins: [frame()],
  build: {
    outDir: process.env.MOSAICFS_PREVIEW_OUT ?? path(built),
    emptyOutDir: true,
    // The one plugin builds two scripts: that it takes all of the time is no news.
    rolldownOptions: { input: "virtual:frame", checks: { pluginTimings: false } },
  },
});
