import { useRouterState } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useNow } from "@/lib/clock";
import { type Connection, useConnection } from "@/lib/live/connection";
import { shell as text } from "@/lib/text/shell";
import { clock } from "@/lib/times";
import { Dot, type Tone } from "@/parts/things";

const tones: Record<"live" | "catching-up" | "offline", Tone> = { live: "ok", "catching-up": "info", offline: "error" };

/** *Live*, *Catching up*, *Offline since 14:02*. */
export function ConnectionChip(): ReactNode {
  const { standing, since } = useFirstLive(useConnection());
  const now = useNow();
  const words = standing === "live" ? text.live : standing === "offline" ? text.offlineSince(clock(since ?? now, now)) : text.catchingUp;
  return (
    <span role="status" className="inline-flex h-6 shrink-0 items-center gap-1.5 rounded-full bg-raised px-2 text-12 text-muted">
      <Dot tone={tones[standing]} />
      {words}
    </span>
  );
}

/** For the first time only with the page that was asked for: before it nothing is shown that could be live. */
function useFirstLive(told: Connection): Connection {
  const isComing = useRouterState({ select: ({ isLoading }) => isLoading });
  const [wasLive, setWasLive] = useState(false);
  if (told.standing !== "live" || wasLive) return told;
  if (isComing) return { ...told, standing: "catching-up" };
  setWasLive(true);
  return told;
}
