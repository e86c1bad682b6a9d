/** Moves a picture by wheel, fingers, mouse and keys. */
import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent, type RefObject } from "react";
import { fitted, held, zoomed, type Extent, type Point, type View } from "./zoom";

const STEP = 1.25;
const MOVE = 40;
const WHEEL = 0.0015;

export interface Zoom {
  readonly view: View;
  readonly isFitted: boolean;
  readonly fit: () => void;
  readonly actual: () => void;
  readonly by: (factor: number) => void;
  readonly onKeyDown: (event: KeyboardEvent) => void;
  readonly onPointerDown: (event: PointerEvent) => void;
  readonly onPointerMove: (event: PointerEvent) => void;
  readonly onPointerUp: (event: PointerEvent) => void;
}

export function useZoom(frame: RefObject<HTMLElement | null>, picture: Extent): Zoom {
  const [room, setRoom] = useState<Extent>({ width: 0, height: 0 });
  const [chosen, setChosen] = useState<View>();
  const fingers = useRef(new Map<number, Point>());
  const view = chosen === undefined ? fitted(picture, room) : held(chosen, picture, room);
  const change = (make: (last: View) => View): void =>
    setChosen((last) => held(make(last ?? fitted(picture, room)), picture, room));
  const by = (factor: number, around: Point = { x: 0, y: 0 }): void => change((last) => zoomed(last, factor, around));

  useRoom(frame, setRoom);
  useWheel(frame, by);

  const middle = (point: Point): Point => {
    const box = frame.current?.getBoundingClientRect();
    return box === undefined ? point : { x: point.x - box.left - box.width / 2, y: point.y - box.top - box.height / 2 };
  };
  const onPointerMove = (event: PointerEvent): void => {
    const before = fingers.current.get(event.pointerId);
    if (before === undefined) return;
    const now = { x: event.clientX, y: event.clientY };
    const other = [...fingers.current].find(([id]) => id !== event.pointerId)?.[1];
    fingers.current.set(event.pointerId, now);
    if (other === undefined) change((last) => ({ ...last, x: last.x + now.x - before.x, y: last.y + now.y - before.y }));
    else by(apart(now, other) / Math.max(1, apart(before, other)), middle({ x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 }));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const move = MOVES[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "+" || event.key === "=") by(STEP);
    else if (event.key === "-") by(1 / STEP);
    else if (event.key === "0") setChosen(undefined);
    else if (move !== undefined && chosen !== undefined) change((last) => ({ ...last, x: last.x + move.x, y: last.y + move.y }));
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return {
    view,
    isFitted: chosen === undefined,
    fit: () => setChosen(undefined),
    actual: () => setChosen({ scale: 1, x: 0, y: 0 }),
    by,
    onKeyDown,
    onPointerDown: (event) => {
      event.currentTarget.setPointerCapture(event.pointerId);
      fingers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
    },
    onPointerMove,
    onPointerUp: (event) => fingers.current.delete(event.pointerId),
  };
}

const MOVES: Readonly<Record<string, Point | undefined>> = {
  ArrowLeft: { x: MOVE, y: 0 },
  ArrowRight: { x: -MOVE, y: 0 },
  ArrowUp: { x: 0, y: MOVE },
  ArrowDown: { x: 0, y: -MOVE },
};

function apart(one: Point, other: Point): number {
  return Math.hypot(one.x - other.x, one.y - other.y);
}

function useRoom(frame: RefObject<HTMLElement | null>, setRoom: (room: Extent) => void): void {
  useEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    const measure = (): void => setRoom({ width: element.clientWidth, height: element.clientHeight });
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, [frame, setRoom]);
}

/** React's own wheel listener may not keep the page from scrolling. A pinch on a touchpad is a wheel with Ctrl. */
function useWheel(frame: RefObject<HTMLElement | null>, by: (factor: number, around: Point) => void): void {
  const latest = useRef(by);
  useEffect(() => {
    latest.current = by;
  });
  useEffect(() => {
    const element = frame.current;
    const turned = (event: WheelEvent): void => {
      event.preventDefault();
      const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
      const around = { x: event.clientX - box.left - box.width / 2, y: event.clientY - box.top - box.height / 2 };
      latest.current(Math.exp(-event.deltaY * WHEEL * (event.ctrlKey ? 6 : 1)), around);
    };
    element?.addEventListener("wheel", turned, { passive: false });
    return () => element?.removeEventListener("wheel", turned);
  }, [frame]);
}
