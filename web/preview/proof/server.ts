/**
 * A server with the headers of the real one, a page of nothing but a preview, and a second server that nobody may
 * reach. Both remember what they were asked.
 */
import { readFileSync, statSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { samples, type Sample } from "./files";

const EVERYWHERE = {
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Opener-Policy": "same-origin",
  "X-Frame-Options": "SAMEORIGIN",
};
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; media-src 'self' blob:; " +
  "font-src 'self'; connect-src 'self'; frame-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; " +
  "form-action 'self'; frame-ancestors 'none'";
const FRAME_POLICY =
  "sandbox allow-scripts; default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src data: blob:; " +
  "font-src data:; worker-src blob:; connect-src 'none'; frame-ancestors 'self'";
const BYTES_POLICY =
  "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; media-src 'self'; frame-ancestors 'self'";

const TYPES: Readonly<Record<string, string>> = { html: "text/html; charset=utf-8", js: "text/javascript", css: "text/css" };

export interface Proof {
  readonly origin: string;
  readonly outside: string;
  readonly files: Readonly<Record<string, Sample>>;
  /** What was asked here, as `GET /path bytes=0-1`. */
  readonly asked: string[];
  /** What was asked of the outside. Must stay empty. */
  readonly leaked: string[];
  /** From now on links and ranges fail with this, until it is taken away. */
  broken: string | undefined;
  readonly close: () => Promise<void>;
}

export async function serve(pageFolder: string, frameFolder: string): Promise<Proof> {
  const leaked: string[] = [];
  const other = await listening((request, response) => {
    leaked.push(request.url ?? "");
    response.end();
  });
  const outside = addressOf(other);
  const proof: Proof = {
    origin: "",
    outside,
    files: samples(outside),
    asked: [],
    leaked,
    broken: undefined,
    close: () => Promise.all([closed(own), closed(other)]).then(() => undefined),
  };
  const own = await listening((request, response) => answer(request, response, proof, pageFolder, frameFolder));
  return Object.assign(proof, { origin: addressOf(own) });
}

function answer(request: IncomingMessage, response: ServerResponse, proof: Proof, page: string, frame: string): void {
  const { pathname } = new URL(request.url ?? "/", "http://proof");
  proof.asked.push(`${request.method ?? ""} ${pathname} ${request.headers.range ?? ""}`.trim());
  const file = /^\/files\/(.+)$/.exec(pathname)?.[1];
  if (file !== undefined) return bytes(request, response, proof, decodeURIComponent(file));
  if (pathname === "/bare.html") return void response.setHeader("Content-Type", "text/html").end(proof.files["evil.html"]?.bytes);
  const isFrame = pathname.startsWith("/preview/");
  const path = isFrame ? join(frame, pathname.slice("/preview/".length)) : join(page, pathname === "/" ? "preview/proof/page.html" : pathname);
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return void response.writeHead(404, EVERYWHERE).end();
  const headers = {
    ...EVERYWHERE,
    "Cross-Origin-Resource-Policy": isFrame ? "cross-origin" : "same-origin",
    "Content-Security-Policy": isFrame ? FRAME_POLICY : PAGE_POLICY,
    "Content-Type": TYPES[path.split(".").at(-1) ?? ""] ?? "application/octet-stream",
  };
  response.writeHead(200, headers).end(readFileSync(path));
}

function bytes(request: IncomingMessage, response: ServerResponse, proof: Proof, name: string): void {
  const sample = proof.files[name];
  if (sample === undefined || proof.broken !== undefined) {
    response.writeHead(503, EVERYWHERE).end(proof.broken);
    return;
  }
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
  const start = Number(range?.[1] ?? 0);
  const end = Math.min(sample.bytes.length, range?.[2] ? Number(range[2]) + 1 : sample.bytes.length);
  response
    .writeHead(range === null ? 200 : 206, {
      ...EVERYWHERE,
      "Content-Security-Policy": BYTES_POLICY,
      "Cross-Origin-Resource-Policy": "same-origin",
      "Content-Type": sample.type,
      "Accept-Ranges": "bytes",
      "Content-Length": end - start,
      ...(range === null ? {} : { "Content-Range": `bytes ${start}-${end - 1}/${sample.bytes.length}` }),
    })
    .end(sample.bytes.subarray(start, end));
}

function listening(answered: (request: IncomingMessage, response: ServerResponse) => void): Promise<Server> {
  const server = createServer(answered);
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

function addressOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
