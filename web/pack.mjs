// Leaves a packed copy beside each file of the build that gains by it, so that no server packs on the way.
//   node pack.mjs FOLDER

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const WORTH_IT = /\.(html|js|mjs|css|svg|json|webmanifest|txt|wasm)$/;
const SMALLEST = 512;

const folder = process.argv[2];
if (folder === undefined) throw new Error("Say which folder: node pack.mjs FOLDER");

for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !WORTH_IT.test(entry.name)) continue;
  const path = join(entry.parentPath ?? entry.path, entry.name);
  const body = readFileSync(path);
  if (body.length < SMALLEST) continue;
  writeFileSync(`${path}.gz`, gzipSync(body, { level: 9 }));
  const size = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: body.length };
  writeFileSync(`${path}.br`, brotliCompressSync(body, { params: size }));
}
