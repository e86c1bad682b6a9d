/** Remembers the second at which playing broke off, gets a fresh link, and goes on there. */
import { useCallback, useEffect, useRef, useState, type RefObject, type SyntheticEvent } from "react";
import { isWorthTrying, pauseBefore } from "./resume";
import type { Linked } from "./useLink";

type MediaEvent = SyntheticEvent<HTMLMediaElement>;

export interface Resume {
  readonly isInterrupted: boolean;
  readonly onError: (event: MediaEvent) => void;
  readonly onLoadedMetadata: (event: MediaEvent) => void;
  readonly onSeeked: () => void;
  readonly onPlay: () => void;
  readonly onPause: (event: MediaEvent) => void;
}

interface Left {
  readonly second: number;
  readonly wasPlaying: boolean;
}

export function useResume(element: RefObject<HTMLMediaElement | null>, link: Linked, giveUp: () => void): Resume {
  const [left, setLeft] = useState<Left>();
  const attempt = useRef(0);
  const hasPlayed = useRef(false);
  const isPlaying = useRef(false);
  const timer = useRef(0);
  const { renew, answers, error } = link;
  const retry = useCallback(() => {
    window.clearTimeout(timer.current);
    renew();
  }, [renew]);
  const retryLater = useCallback(() => {
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(retry, pauseBefore(attempt.current++));
  }, [retry]);
  const isInterrupted = left !== undefined;

  useEffect(() => () => window.clearTimeout(timer.current), []);
  useEffect(() => {
    if (!isInterrupted) return undefined;
    window.addEventListener("online", retry);
    return () => window.removeEventListener("online", retry);
  }, [isInterrupted, retry]);
  useEffect(() => {
    if (!isInterrupted || answers < 2) return;
    if (error !== undefined) retryLater();
    else element.current?.load();
    // Only a new answer is news; being interrupted in itself is not.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [answers]);

  return {
    isInterrupted,
    onError: ({ currentTarget: media }) => {
      if (!isWorthTrying(attempt.current, hasPlayed.current)) return giveUp();
      // A second error on the way back must not overwrite where it was with the beginning.
      setLeft((before) => before ?? { second: media.currentTime, wasPlaying: isPlaying.current });
      retryLater();
    },
    onLoadedMetadata: ({ currentTarget: media }) => {
      hasPlayed.current = true;
      if (left === undefined) return;
      media.currentTime = left.second;
      if (left.wasPlaying) void media.play().catch(() => undefined);
    },
    onPlay: () => {
      isPlaying.current = true;
    },
    // An error pauses too; that is not the wish of anybody.
    onPause: ({ currentTarget: media }) => {
      if (media.error === null) isPlaying.current = false;
    },
    // Not before: the head of a file may come out of a cache while the place itself is still out of reach.
    onSeeked: () => {
      attempt.current = 0;
      setLeft(undefined);
    },
  };
}
