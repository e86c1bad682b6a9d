// Opens a one-time link in Chromium and tells, as one line of JSON, what became of it. Arguments: the link, the
// browser's program.
const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const { chromium } = require("playwright-core");

const [link, program] = process.argv.slice(2);
const origin = new URL(link).origin;
const kept = readFileSync(join(__dirname, "..", "web", "kept.js"), "utf8").replace(/;\s*$/, "");

const main = async () => {
  const browser = await chromium.launch({ executablePath: program, args: ["--no-sandbox", "--disable-gpu"] });
  const first = await opened(browser);
  const login = await first.login();
  const signedIn = await login.json();
  const secrets = [signedIn.token, signedIn.replication.token];
  await first.page.waitForFunction(() => document.querySelector("nav") !== null);
  const told = {
    login: login.status(),
    address: await first.page.evaluate(() => location.href),
    kept: await first.page.evaluate(`(${kept})(${JSON.stringify(secrets)})`),
    cookies: (await first.page.context().cookies()).length,
    elsewhere: first.elsewhere,
    refused: first.refused,
  };
  await first.page.reload();
  await first.page.waitForSelector("input[autocomplete=username]");
  told.afterReload = "sign-in";
  const second = await opened(browser);
  told.again = (await second.login()).status();
  await second.page.waitForSelector("input[autocomplete=username]");
  await browser.close();
  console.log(JSON.stringify(told));
};

/** A page of its own browser session on its way to the link. */
const opened = async (browser) => {
  const page = await (await browser.newContext()).newPage();
  const elsewhere = [];
  const refused = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(`${origin}/`) && !/^(data|blob):/.test(request.url())) elsewhere.push(request.url());
  });
  page.on("console", (message) => {
    if (/Content Security Policy/.test(message.text())) refused.push(message.text());
  });
  const answered = page.waitForResponse((answer) => answer.url() === `${origin}/api/auth/login`);
  await page.goto(link);
  return { page, elsewhere, refused, login: () => answered };
};

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
