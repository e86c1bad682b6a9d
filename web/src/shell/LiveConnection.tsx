import { type ReactNode, useEffect } from "react";
import { startLive } from "@/lib/live/live";
import { useSignal } from "@/lib/signal";
import { session } from "@/session/token";
import { useInstance } from "./instance";

/** Draws nothing; keeps the connection of the database that the server has now. */
export function LiveConnection(): ReactNode {
  const signedIn = useSignal(session);
  const databaseId = useInstance()?.database_id ?? signedIn?.replication.database_id;
  useEffect(() => (databaseId ? startLive(databaseId) : undefined), [databaseId]);
  return null;
}
