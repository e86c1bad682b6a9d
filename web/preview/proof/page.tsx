/** A page of nothing but the real preview, of the file that the address names. */
import { createRoot } from "react-dom/client";
import { Preview } from "../../src/parts/preview";
import "../../src/styles/index.css";

const given = new URLSearchParams(location.search);
const name = given.get("file") ?? "";
document.documentElement.dataset.theme = given.get("theme") ?? "light";

async function getRange(fileId: string, start: number, end: number, signal: AbortSignal): Promise<ArrayBuffer> {
  // eslint-disable-next-line no-restricted-globals -- this page stands in for src/api
  const answer = await fetch(`/files/${fileId}`, { headers: { Range: `bytes=${String(start)}-${String(end - 1)}` }, signal });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.arrayBuffer();
}

const file = { file_id: encodeURIComponent(name), name, size: Number(given.get("size")), mime_type: given.get("type") };
const getToken = (fileId: string) => Promise.resolve({ url: `/files/${fileId}?token=1` });

const room = document.createElement("div");
room.style.cssText = "position:fixed;inset:0";
document.body.append(room);
createRoot(room).render(
  <>
    <Preview file={file} seen getToken={getToken} getRange={getRange} onDownload={() => undefined} />
  </>,
);
