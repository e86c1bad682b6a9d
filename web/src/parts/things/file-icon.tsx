/** The own set of 24 file icons: one sheet of paper, a sign on it, coloured by group. */
import type { ReactNode } from "react";
import { classes } from "@/lib/classes";
import { type FileType, fileTypeOf } from "./file-types";

const sheet = "M6 2.75h8l4.25 4.25v13A1.25 1.25 0 0 1 17 21.25H7A1.25 1.25 0 0 1 5.75 20V4A1.25 1.25 0 0 1 7 2.75M13.75 3v4.25H18";

/** What is drawn; those that begin with `!` stand alone, without the sheet. */
const signs: Record<FileType, string> = {
  directory: "!M3.75 6.5c0-.7.55-1.25 1.25-1.25h4.2l2 2.25H19c.7 0 1.25.55 1.25 1.25v8.75c0 .7-.55 1.25-1.25 1.25H5c-.7 0-1.25-.55-1.25-1.25z",
  image: "M8.5 17.5l2.5-3.25 1.75 2 1.25-1.5 1.75 2.75zM9.75 11.25h.01",
  vector: "M8.5 17c0-4 3-5.5 7-5.5M8 16.5h1v1H8zM15 11h1v1h-1z",
  raw: "M12 17.25a2.75 2.75 0 1 0 0-5.5 2.75 2.75 0 0 0 0 5.5M12 14.5h.01",
  video: "M10.25 11.75v5.5l4.25-2.75z",
  audio: "M10.25 16.75v-5l4-.75v5M10.25 16.75a1 1 0 1 1-2 0 1 1 0 0 1 2 0M14.25 16a1 1 0 1 1-2 0 1 1 0 0 1 2 0",
  pdf: "M8.75 17.5c2.5-1 3.75-4.5 3.25-6-.5-1-1.25.5 0 2.5s2.75 2.5 3.5 2c.5-.75-3-1-6.75 1.5",
  document: "M8.75 11.25h6.5M8.75 14.25h6.5M8.75 17.25h4",
  sheet: "M8.5 11.25h7v6.25h-7zM8.5 14.25h7M11.5 11.25v6.25",
  slides: "M8.25 11.25h7.5v4.5h-7.5zM12 15.75v2.25M10.5 18h3",
  book: "M12 12v6M12 12c-1-.75-2.25-1-3.75-1v5.75c1.5 0 2.75.25 3.75 1.25 1-1 2.25-1.25 3.75-1.25V11c-1.5 0-2.75.25-3.75 1",
  text: "M9 11.5h6M12 11.5v6",
  markdown: "M8.25 17v-5l1.75 2.25L11.75 12v5M15 12v5M13.5 15.5L15 17l1.5-1.5",
  code: "M10 11.75L7.75 14.5 10 17.25M14 11.75l2.25 2.75L14 17.25",
  data: "M10.5 11.25c-1 0-1.25.5-1.25 1.25v.75c0 .75-.5 1.25-1 1.25.5 0 1 .5 1 1.25V16.5c0 .75.25 1.25 1.25 1.25M13.5 11.25c1 0 1.25.5 1.25 1.25v.75c0 .75.5 1.25 1 1.25-.5 0-1 .5-1 1.25V16.5c0 .75-.25 1.25-1.25 1.25",
  web: "M12 17.75a3.25 3.25 0 1 0 0-6.5 3.25 3.25 0 0 0 0 6.5M8.75 14.5h6.5M12 11.25c1.75 1.75 1.75 4.75 0 6.5-1.75-1.75-1.75-4.75 0-6.5",
  archive: "M11 3v1.5h2M11 6h2v1.5h-2V9h2M10.75 11.25h2.5v3h-2.5z",
  disk: "M12 17.75a3.25 3.25 0 1 0 0-6.5 3.25 3.25 0 0 0 0 6.5M12 15.25a.75.75 0 1 0 0-1.5.75.75 0 0 0 0 1.5",
  email: "!M3.75 6.5h16.5v11H3.75zM4 7l8 6 8-6",
  calendar: "!M4.75 5.75h14.5v13.5H4.75zM4.75 9.75h14.5M8.5 3.75v3.5M15.5 3.75v3.5",
  font: "M9 17.5l3-6.5 3 6.5M10 15.25h4",
  app: "M12 11l3 1.75v3.5L12 18l-3-1.75v-3.5zM9 12.75l3 1.75 3-1.75M12 14.5V18",
  key: "M10 15.75a1.75 1.75 0 1 0 0-3.5 1.75 1.75 0 0 0 0 3.5M11.75 14h4v1.75M14 14v1.25",
  other: "",
};

const groups: Partial<Record<FileType, string>> = {
  directory: "text-accent",
  image: "text-series-4",
  vector: "text-series-4",
  raw: "text-series-4",
  video: "text-series-4",
  audio: "text-series-4",
  pdf: "text-error",
  document: "text-info",
  sheet: "text-ok",
  slides: "text-series-2",
  book: "text-info",
  code: "text-series-3",
  data: "text-series-3",
  web: "text-series-3",
  markdown: "text-info",
  archive: "text-warn",
  disk: "text-warn",
  email: "text-info",
  calendar: "text-info",
};

export interface FileIconProps {
  type: FileType;
  className?: string;
}

export function FileIcon({ type, className }: FileIconProps): ReactNode {
  const sign = signs[type];
  const isAlone = sign.startsWith("!");
  return (
    <svg
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.5}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      className={classes("size-5 shrink-0", groups[type] ?? "text-muted", className)}
    >
      {isAlone ? <path d={sign.slice(1)} /> : <path d={sheet} />}
      {!isAlone && sign && <path d={sign} strokeWidth={1.25} />}
    </svg>
  );
}

/** The icon of a file by its name and MIME type. */
export function IconOfFile({ name, mimeType, className }: { name: string; mimeType?: string | null; className?: string }): ReactNode {
  return <FileIcon type={fileTypeOf(name, mimeType)} {...(className ? { className } : {})} />;
}
