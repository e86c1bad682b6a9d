/** Files as friends and strangers send them. Everything hostile reaches for the server at `outside`. */
import { pdf } from "./pdf";

export interface Sample {
  readonly type: string;
  readonly bytes: Buffer;
}

/** Sets a mark where a script that ran would be seen, and calls out. */
function attack(outside: string): string {
  return (
    `try{top.canary='ran'}catch(e){} try{parent.canary='ran'}catch(e){} globalThis.canary='ran';` +
    `try{fetch('${outside}/fetch')}catch(e){} new Image().src='${outside}/image';` +
    `parent.postMessage({type:'link',address:'${outside}/told'},'*')`
  );
}

function hostileHtml(outside: string): string {
  const script = attack(outside);
  return `<!doctype html><html><head><script>${script}</script><meta http-equiv="refresh" content="0;url=${outside}/refresh">
<link rel="stylesheet" href="${outside}/sheet.css"><link rel="dns-prefetch" href="${outside}"><base href="${outside}/">
<style>@import url(${outside}/import.css); body{background:url(${outside}/background.png)} @font-face{font-family:x;src:url(${outside}/font)}</style></head>
<body onload="${script}" background="${outside}/body.png" style="font-family:x"><p>Dear reader</p>
<img src="${outside}/pixel.gif" onerror="${script}" srcset="${outside}/srcset.png 2x"><img src="relative.gif" alt="a cat"><svg onload="${script}"><image href="${outside}/svg.png"/></svg>
<form action="${outside}/form"><input name="q" autofocus onfocus="${script}"><button>Send</button></form>
<iframe src="${outside}/frame"></iframe><object data="${outside}/object"></object><embed src="${outside}/embed">
<video src="${outside}/video" poster="${outside}/poster" autoplay></video><a href="javascript:${script}">click</a>
<a href="${outside}/link" ping="${outside}/ping">our offer</a><div style="background-image:url('${outside}/style.png')">words</div>
<table background="${outside}/table.png"><tr><td>cell</td></tr></table><math><mtext><img src="${outside}/math.png" onerror="${script}"></mtext></math></body></html>`;
}

function mail(outside: string): string {
  return [
    "From: =?utf-8?q?Ana_=E2=80=AEgro?= <ana@example.org>",
    "To: Team <team@example.org>, Bo <bo@example.org>",
    "Subject: The quarterly report <script>alert(1)</script>",
    "Date: Mon, 16 Feb 2026 09:22:00 +0000",
    "MIME-Version: 1.0",
    'Content-Type: multipart/mixed; boundary="m"',
    "",
    "--m",
    'Content-Type: multipart/alternative; boundary="a"',
    "",
    "--a",
    "Content-Type: text/plain; charset=utf-8",
    "",
    "Dear reader in plain text",
    "--a",
    "Content-Type: text/html; charset=utf-8",
    "",
    hostileHtml(outside),
    "--a--",
    "--m",
    'Content-Type: application/x-sh; name="../../.bashrc"',
    'Content-Disposition: attachment; filename="../../.bashrc"',
    "Content-Transfer-Encoding: base64",
    "",
    Buffer.from("echo hello\n").toString("base64"),
    "--m--",
    "",
  ].join("\r\n");
}

function markdown(outside: string): string {
  return `---\ntitle: hidden\n---\n# Notes of *today*\n\n[an outside page](${outside}/link) and [a trap](javascript:${attack(outside).replace(/[()]/g, "")}) and [below](#the-end)

![remote](${outside}/image.png) <script>${attack(outside)}</script> <img src="${outside}/raw.png" onerror="${attack(outside)}">

| a | b |\n|---|---|\n| 1 | 2 |\n\n\`\`\`js\nconst answer = 42; // well\n\`\`\`\n${"\nfiller\n".repeat(80)}\n## The end\n`;
}

const svg = (outside: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="400" height="200" onload="${attack(outside)}"><script>${attack(outside)}</script><image href="${outside}/in-svg.png" width="9" height="9"/><rect width="400" height="200" fill="#5b48d0"/></svg>`;

/** 50 MiB of numbered lines. */
function longText(): Buffer {
  const line = (index: number): string => `${String(index).padStart(9, "0")} The quick brown fox jumps over the lazy dog\n`;
  const block = Array.from({ length: 1024 }, (_, index) => line(index)).join("");
  return Buffer.from(block.repeat(Math.ceil((50 * 1024 * 1024) / block.length)));
}

/** A quarter of an hour of quiet: more than a player reads ahead. */
function sound(): Buffer {
  const rate = 8000;
  const data = Buffer.alloc(rate * 900 * 2);
  const head = Buffer.alloc(44);
  head.write("RIFF", 0);
  head.writeUInt32LE(36 + data.length, 4);
  head.write("WAVEfmt ", 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write("data", 36);
  head.writeUInt32LE(data.length, 40);
  return Buffer.concat([new Uint8Array(head), new Uint8Array(data)]);
}

export function samples(outside: string): Readonly<Record<string, Sample>> {
  const sample = (type: string, text: string | Buffer): Sample => ({ type, bytes: Buffer.from(text as string) });
  return {
    "evil.html": sample("text/html", hostileHtml(outside)),
    "evil.svg": sample("image/svg+xml", svg(outside)),
    "evil.md": sample("text/markdown", markdown(outside)),
    "evil.eml": sample("message/rfc822", mail(outside)),
    "evil.pdf": sample(
      "application/pdf",
      pdf({ pages: 3, line: (page) => `Hello on page ${page}`, script: `app.launchURL\\('${outside}/launched'\\); app.alert\\(1\\)`, link: `${outside}/pdf-link` }),
    ),
    "long.pdf": sample("application/pdf", pdf({ pages: 800, line: (page) => (page === 700 ? "Here is the needle" : `Page ${page}`) })),
    "broken.pdf": sample("application/pdf", "no document at all"),
    "long.txt": sample("text/plain", longText()),
    "program.txt": sample("text/plain", Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0])),
    "old.txt": sample("text/plain", Buffer.from([0x63, 0x61, 0x66, 0xe9, 0x20, 0x80, 0x35, 0x0a])),
    "code.py": sample("text/x-python", '"""Docs\nover lines"""\ndef main(x):\n    return x + 0x1F  # done \u202e\n'),
    "one-line.json": sample("application/json", `{"a":[1,2,{"b":"${"x".repeat(9000)}"}],"big":12345678901234567890123}`),
    "empty.txt": sample("text/plain", ""),
    "quiet.wav": sample("audio/wav", sound()),
    "thing.bin": sample("application/octet-stream", "?"),
  };
}
