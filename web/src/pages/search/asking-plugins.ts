/** The same question to every plugin that answers searches; each answer is there as soon as it comes. */
import { useCallback, useEffect, useState } from "react";
import { api } from "@/api/client";
import { type ApiError, asApiError } from "@/api/errors";
import { linesOf } from "@/api/lines";
import type { Schema } from "@/api/schemas";

export type Envelope = Schema<"Envelope">;
export type Omitted = Schema<"Omitted">;

export interface PluginAnswers {
  envelopes: readonly Envelope[];
  omitted: readonly Omitted[];
  isAsking: boolean;
  error: ApiError | null;
  again: () => void;
}

interface State extends Omit<PluginAnswers, "again" | "isAsking"> {
  /** The question that these are the answers to. */
  to: string;
  isDone: boolean;
}

const capability = "search";
const most = 20;

export function usePluginAnswers(to: string): PluginAnswers {
  const [turn, setTurn] = useState(0);
  const [state, setState] = useState<State>(() => nothing(""));
  useEffect(() => {
    if (!to) return undefined;
    const over = new AbortController();
    const add = (change: (last: State) => State): void => {
      if (!over.signal.aborted) setState((last) => change(last.to === to ? last : nothing(to)));
    };
    add(() => nothing(to));
    askedFor(to, over.signal, add).then(
      () => add((last) => ({ ...last, isDone: true })),
      (error: unknown) => add((last) => ({ ...last, isDone: true, error: asApiError(error) })),
    );
    return () => over.abort();
  }, [to, turn]);
  const again = useCallback(() => setTurn((last) => last + 1), []);
  // Answers to an older question stay until the first one to the new question is there.
  const present = to === "" ? nothing("") : state;
  return { ...present, isAsking: to !== "" && (present.to !== to || !present.isDone), again };
}

function nothing(to: string): State {
  return { to, envelopes: [], omitted: [], isDone: false, error: null };
}

async function askedFor(query: string, signal: AbortSignal, add: (change: (last: State) => State) => void): Promise<void> {
  const body = { capability, query, limit: most };
  const stream: unknown = await api.POST("/api/query", { body, headers: { Accept: "application/x-ndjson" }, parseAs: "stream", signal });
  for await (const line of linesOf(stream as ReadableStream<Uint8Array>)) {
    const told = JSON.parse(line) as Envelope | { omitted: Omitted[] };
    if ("omitted" in told) add((last) => ({ ...last, omitted: told.omitted }));
    else add((last) => ({ ...last, envelopes: [...last.envelopes, told] }));
  }
}
