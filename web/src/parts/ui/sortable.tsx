/** A list that people put in order: by mouse, by touch, by keyboard on the handle; a menu can do the same. */
import { closestCenter, DndContext, type DragEndEvent, KeyboardSensor, PointerSensor, useSensor, useSensors } from "@dnd-kit/core";
import { arrayMove, SortableContext, sortableKeyboardCoordinates, useSortable, verticalListSortingStrategy } from "@dnd-kit/sortable";
import { GripVertical } from "lucide-react";
import type { ReactNode } from "react";
import { classes } from "@/lib/classes";

export interface SortableListProps<T> {
  items: readonly T[];
  keyOf: (item: T) => string;
  onOrder: (items: T[]) => void;
  children: (item: T, at: number) => ReactNode;
  className?: string;
}

export function SortableList<T>({ items, keyOf, onOrder, children, className }: SortableListProps<T>): ReactNode {
  const sensors = useSensors(useSensor(PointerSensor, { activationConstraint: { distance: 4 } }), useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates }));
  const keys = items.map(keyOf);
  const dropped = ({ active, over }: DragEndEvent): void => {
    const from = keys.indexOf(String(active.id));
    const to = over ? keys.indexOf(String(over.id)) : -1;
    if (from >= 0 && to >= 0 && from !== to) onOrder(arrayMove([...items], from, to));
  };
  return (
    <DndContext sensors={sensors} collisionDetection={closestCenter} onDragEnd={dropped}>
      <SortableContext items={keys} strategy={verticalListSortingStrategy}>
        <ol className={classes("flex flex-col", className)}>{items.map(children)}</ol>
      </SortableContext>
    </DndContext>
  );
}

export interface SortableItemProps {
  id: string;
  /** What the handle says: "Move step 2". */
  handleLabel: string;
  children: (handle: ReactNode) => ReactNode;
  className?: string;
}

export function SortableItem({ id, handleLabel, children, className }: SortableItemProps): ReactNode {
  const { attributes, listeners, setNodeRef, setActivatorNodeRef, transform, transition, isDragging } = useSortable({ id });
  const handle = (
    <button
      {...attributes}
      {...listeners}
      ref={setActivatorNodeRef}
      type="button"
      aria-label={handleLabel}
      className="flex size-7 shrink-0 cursor-grab touch-none items-center justify-center rounded-control text-muted hover:bg-raised hover:text-ink pointer-coarse:size-11"
    >
      <GripVertical className="size-4" strokeWidth={1.5} aria-hidden="true" />
    </button>
  );
  const style = { transform: transform ? `translate3d(0, ${transform.y}px, 0)` : undefined, transition };
  return (
    <li ref={setNodeRef} style={style} className={classes(isDragging && "relative z-10 shadow-float", className)}>
      {children(handle)}
    </li>
  );
}

/** One place up or down, for the menu. */
export function moved<T>(items: readonly T[], from: number, by: 1 | -1): T[] {
  const to = from + by;
  return to < 0 || to >= items.length ? [...items] : arrayMove([...items], from, to);
}
