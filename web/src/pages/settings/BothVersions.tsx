/** Two people changed the same thing: both versions side by side, and one is chosen. */
import type { ReactNode } from "react";
import { settings as text } from "@/lib/text/settings";
import { visible } from "@/lib/visible";
import { Button } from "@/parts/ui/button";
import { Dialog } from "@/parts/ui/dialog";

export interface Difference {
  field: string;
  theirs: string;
  mine: string;
}

export interface BothVersionsProps {
  rows: readonly Difference[];
  onTheirs: () => void;
  onMine: () => void;
}

export function BothVersions({ rows, onTheirs, onMine }: BothVersionsProps): ReactNode {
  const actions = (
    <>
      <Button onClick={onTheirs}>{text.takeTheirs}</Button>
      <Button look="primary" onClick={onMine}>
        {text.takeMine}
      </Button>
    </>
  );
  return (
    <Dialog isOpen onClose={onTheirs} canClose={false} title={text.stale} description={text.staleMore} actions={actions}>
      <table className="w-full table-fixed text-left text-13">
        <thead className="text-12 text-muted">
          <tr>
            <th className="pb-2 font-medium">{text.field}</th>
            <th className="pb-2 font-medium">{text.theirs}</th>
            <th className="pb-2 font-medium">{text.mine}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ field, theirs, mine }) => (
            <tr key={field} className="border-t align-top">
              <th className="py-2 pr-3 font-normal break-words text-muted">{visible(field)}</th>
              <td className="py-2 pr-3 break-words">{visible(theirs)}</td>
              <td className="py-2 font-medium break-words">{visible(mine)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Dialog>
  );
}
