/** Chooses the state of a panel from its query, so that no page forgets one. */
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { ApiError } from "@/api/errors";
import { Failure, Offline } from "./states";
import { SkeletonRows } from "./skeleton";

export interface LoadedProps<T> {
  query: UseQueryResult<T, ApiError>;
  /** What is asked, as in "Nodes could not be shown". */
  what: string;
  skeleton?: ReactNode;
  isEmpty?: (data: T) => boolean;
  empty?: ReactNode;
  children: (data: T) => ReactNode;
}

/** Data once there stays on an error and offline; then it is marked with its time. */
export function Loaded<T>({ query, what, skeleton, isEmpty, empty, children }: LoadedProps<T>): ReactNode {
  const { data, error, refetch, dataUpdatedAt } = query;
  if (data === undefined && error) return <Failure what={what} error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return skeleton ?? <SkeletonRows />;
  return (
    <>
      <Offline asOf={dataUpdatedAt} hasFailed={error !== null} />
      {empty !== undefined && isEmpty?.(data) ? empty : children(data)}
    </>
  );
}
