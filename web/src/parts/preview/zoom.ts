/** Where a picture lies in its frame: how large, and how far its middle is moved from the middle of the frame. */

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Extent {
  readonly width: number;
  readonly height: number;
}

export interface View extends Point {
  readonly scale: number;
}

const LEAST = 0.05;
const MOST = 16;

/** The scale at which all of it is seen; small pictures are not blown up. */
export function fitting(picture: Extent, frame: Extent): number {
  if (picture.width === 0 || picture.height === 0) return 1;
  return Math.min(1, frame.width / picture.width, frame.height / picture.height);
}

export function fitted(picture: Extent, frame: Extent): View {
  return { scale: fitting(picture, frame), x: 0, y: 0 };
}

/** Larger or smaller around a point, which is counted from the middle of the frame and stays where it is. */
export function zoomed(view: View, factor: number, around: Point): View {
  const scale = Math.min(MOST, Math.max(LEAST, view.scale * factor));
  const real = scale / view.scale;
  return { scale, x: around.x - (around.x - view.x) * real, y: around.y - (around.y - view.y) * real };
}

/** No further than its edge at the edge of the frame; what fits stays in the middle. */
export function held({ scale, x, y }: View, picture: Extent, frame: Extent): View {
  return { scale, x: within(x, picture.width * scale, frame.width), y: within(y, picture.height * scale, frame.height) };
}

function within(moved: number, length: number, room: number): number {
  const most = Math.max(0, (length - room) / 2);
  return Math.min(most, Math.max(-most, moved)) + 0;
}

export function percentOf(scale: number): string {
  return `${String(Math.round(scale * 100))} %`;
}
