// Opens a one-time link in Chromium and tells, as one line of JSON, what became of it. Arguments: the link, the
// browser's program.
const { chromium } = require("playwright-core");

const [link, program] = process.argv.slice(2);
const origin = new URL(link).origin;

const main = async () => {
  const browser = await chromium.launch({ executablePath: program, args: ["--no-sandbox", "--disable-gpu"] });
  const first = await opened(browser);
  const login = await first.login();
  const signedIn = await login.json();
  await first.page.waitForFunction(() => document.querySelector("nav") !== null);
  const told = {
    login: login.status(),
    address: await first.page.evaluate(() => location.href),
    kept: await first.page.evaluate(kept, [signedIn.token, signedIn.replication.token]),
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

/** Where a browser keeps things, as far as one of the secrets is in it. */
const kept = async (secrets) => {
  const found = [];
  const look = (where, text) => secrets.some((secret) => text.includes(secret)) && found.push(where);
  look("localStorage", JSON.stringify({ ...localStorage }));
  look("sessionStorage", JSON.stringify({ ...sessionStorage }));
  look("history", JSON.stringify(history.state) + location.href + document.cookie);
  const done = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  for (const { name } of await indexedDB.databases()) {
    const database = await done(indexedDB.open(name));
    for (const store of database.objectStoreNames) {
      const rows = await done(database.transaction(store).objectStore(store).getAll());
      look(`${name}/${store}`, JSON.stringify(rows));
    }
    database.close();
  }
  for (const name of await caches.keys()) {
    for (const request of await (await caches.open(name)).keys()) look(`cache ${name}`, request.url);
  }
  return found;
};

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
