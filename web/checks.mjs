/** Runs scripts of package.json beside each other, as in `node checks.mjs lint types test`; what each says stays together. */
import { Buffer } from "node:buffer";
import { spawn } from "node:child_process";
import process from "node:process";

const colour = process.stdout.isTTY ? { FORCE_COLOR: "1" } : {};

function run(script) {
  const said = [];
  const child = spawn("npm", ["run", "--silent", script], { stdio: ["ignore", "pipe", "pipe"], env: { ...colour, ...process.env } });
  child.stdout.on("data", (part) => said.push(part));
  child.stderr.on("data", (part) => said.push(part));
  return new Promise((resolve) => {
    child.on("error", (error) => resolve({ code: 1, said: `${script}: ${error.message}\n` }));
    child.on("close", (code) => resolve({ code: code ?? 1, said: Buffer.concat(said) }));
  });
}

async function told(script) {
  const { code, said } = await run(script);
  process.stdout.write(`== ${script}${code ? " failed" : ""}\n`);
  process.stdout.write(said);
  return code;
}

const codes = await Promise.all(process.argv.slice(2).map(told));
process.exitCode = codes.some((code) => code !== 0) ? 1 : 0;
