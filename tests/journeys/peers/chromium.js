// PouchDB in Chromium, on a page of the server's own origin, driven line by line. Arguments: origin, profile folder,
// the browser's program.
const path = require("node:path");
const { chromium } = require("playwright-core");
const { serve } = require("./lines.js");

const [origin, profile, program] = process.argv.slice(2);
const quiet = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const main = async () => {
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: program,
    args: quiet,
  });
  const page = await browser.newPage();
  await page.route("**/journey.html", (route) =>
    route.fulfill({ contentType: "text/html", body: "<!doctype html><title>journey</title>" }),
  );
  await page.goto(`${origin}/journey.html`);
  await page.addScriptTag({ path: path.join(path.dirname(require.resolve("pouchdb")), "..", "dist", "pouchdb.js") });
  await page.addScriptTag({ path: path.join(__dirname, "calls.js") });
  await page.evaluate("globalThis.calls = globalThis.journeyCalls(PouchDB); 0");
  await serve(({ call, ...given }) =>
    page.evaluate(([name, argument]) => globalThis.calls[name](argument), [call, given]),
  );
  await browser.close();
};

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
