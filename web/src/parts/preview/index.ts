/** Previews of files, for the pages. */
export { Preview, type PreviewProps } from "./Preview";
export type { Kept, Reading } from "./reading";
