import type { ReactNode } from "react";

export type Drawing = "files" | "nodes" | "labels" | "search" | "bell" | "storage" | "directory" | "rules" | "gone";

const lines: Record<Drawing, string> = {
  files: "M30 18h26l14 14v44a4 4 0 0 1-4 4H30a4 4 0 0 1-4-4V22a4 4 0 0 1 4-4zM56 18v14h14M36 46h24M36 56h24M36 66h14",
  nodes: "M16 28h36v26H16zM26 64h16M34 54v10M60 40h20v36H60zM66 48h8M66 54h8M52 41h8",
  labels: "M22 26h24l30 30-22 22-32-32zM34 38h.1",
  search: "M44 66a22 22 0 1 0 0-44 22 22 0 0 0 0 44M60 60l18 18M36 44h16",
  bell: "M28 64c6-6 4-14 4-22a16 16 0 0 1 32 0c0 8-2 16 4 22zM42 64a6 6 0 0 0 12 0",
  storage: "M22 30c0-5 12-9 26-9s26 4 26 9-12 9-26 9-26-4-26-9v36c0 5 12 9 26 9s26-4 26-9V30M22 48c0 5 12 9 26 9s26-4 26-9",
  directory: "M16 28a4 4 0 0 1 4-4h18l8 10h30a4 4 0 0 1 4 4v32a4 4 0 0 1-4 4H20a4 4 0 0 1-4-4zM40 54h16M48 46v16",
  rules: "M20 28h14M20 48h14M20 68h14M44 28h32M44 48h32M44 68h20",
  gone: "M20 20l56 56M30 18h26l14 14v22M26 30v46a4 4 0 0 0 4 4h36",
};

/** One line drawing in the neutral ramp, 96 px. */
export function LineDrawing({ of }: { of: Drawing }): ReactNode {
  return (
    <svg viewBox="0 0 96 96" width="96" height="96" fill="none" stroke="var(--edge)" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
      <rect x="2" y="2" width="92" height="92" rx="20" fill="var(--raised)" stroke="none" />
      <path d={lines[of]} />
    </svg>
  );
}
