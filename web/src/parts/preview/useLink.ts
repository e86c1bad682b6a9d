/** A link to the bytes of a file, got when it is needed and again when it has run out. */
import { useCallback, useEffect, useRef, useState } from "react";
import { reasonOf, type Kept, type Reading } from "./reading";

export interface Linked {
  readonly url: string | undefined;
  /** Why the last try gave none; an older link may still be there. */
  readonly error: string | undefined;
  /** Counts the answers, so that the same link twice is seen as two. */
  readonly answers: number;
  readonly renew: () => void;
}

interface Got extends Omit<Linked, "renew"> {
  readonly fileId: string;
}

export function useLink({ file_id }: Kept, { getToken }: Reading): Linked {
  const [turn, setTurn] = useState(0);
  const [got, setGot] = useState<Got>(() => nothing(file_id));
  // A page that makes the function anew on each drawing must not make a film begin anew.
  const latest = useRef(getToken);
  useEffect(() => {
    latest.current = getToken;
  });
  useEffect(() => {
    const ended = new AbortController();
    const answer = (given: { url: string } | { error: string }): void => {
      if (!ended.signal.aborted) setGot((last) => joined(last.fileId === file_id ? last : nothing(file_id), given));
    };
    latest.current(file_id, ended.signal).then(
      ({ url }) => answer({ url }),
      (error: unknown) => answer({ error: reasonOf(error) }),
    );
    return () => ended.abort();
  }, [file_id, turn]);
  const renew = useCallback(() => setTurn((last) => last + 1), []);
  const { url, error, answers } = got.fileId === file_id ? got : nothing(file_id);
  return { url, error, answers, renew };
}

function nothing(fileId: string): Got {
  return { fileId, url: undefined, error: undefined, answers: 0 };
}

function joined(last: Got, given: { url: string } | { error: string }): Got {
  const answers = last.answers + 1;
  return "url" in given ? { ...last, url: given.url, error: undefined, answers } : { ...last, error: given.error, answers };
}
