import { type ReactNode, Suspense, useState } from "react";
import { useApi } from "@/api/queries";
import type { Job } from "@/api/schemas";
import { counted, share } from "@/lib/sizes";
import { shell as text } from "@/lib/text/shell";
import { Popover } from "@/parts/ui/popover";
import { Guard } from "./failing";
import { Jobs } from "./slots";

const going: readonly Job["state"][] = ["queued", "planning", "running", "waiting", "awaiting_confirmation", "cancelling"];

/** Running jobs: their number in a ring of how far they are. Not there while nothing runs. */
export function JobsButton(): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const { data } = useApi("/api/jobs", { params: { query: { limit: 50 } } });
  const running = (data?.items ?? []).filter(({ state }) => going.includes(state));
  if (!Jobs || (running.length === 0 && !isOpen)) return null;
  return (
    <Popover
      label={text.jobsTitle}
      isOpen={isOpen}
      onOpenChange={setOpen}
      trigger={
        <button type="button" aria-label={text.jobs(counted(running.length))} className="flex h-9 items-center rounded-control px-2 text-12 font-medium hover:bg-raised pointer-coarse:h-11">
          <Ring part={done(running)} count={running.length} />
        </button>
      }
    >
      <Guard what={text.jobsTitle}>
        <Suspense fallback={null}>
          <Jobs onClose={() => setOpen(false)} />
        </Suspense>
      </Guard>
    </Popover>
  );
}

function done(jobs: readonly Job[]): number {
  const planned = jobs.reduce((sum, { counts }) => sum + (counts?.planned ?? 0), 0);
  const finished = jobs.reduce((sum, { counts }) => sum + (counts?.done ?? 0) + (counts?.skipped ?? 0) + (counts?.failed ?? 0), 0);
  return share(finished, planned);
}

const around = 2 * Math.PI * 11;

function Ring({ part, count }: { part: number; count: number }): ReactNode {
  return (
    <svg viewBox="0 0 26 26" className="size-7" aria-hidden="true">
      <circle cx="13" cy="13" r="11" fill="none" stroke="var(--line)" strokeWidth="2" />
      <circle
        cx="13"
        cy="13"
        r="11"
        fill="none"
        stroke="var(--accent)"
        strokeWidth="2"
        strokeDasharray={around}
        strokeDashoffset={around * (1 - Math.max(0.06, part))}
        transform="rotate(-90 13 13)"
        strokeLinecap="round"
      />
      <text x="13" y="17" textAnchor="middle" fontSize="11" fill="var(--ink)">
        {Math.min(count, 99)}
      </text>
    </svg>
  );
}
