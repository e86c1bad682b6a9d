import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { ApiError } from "@/api/errors";
import { useApi } from "@/api/queries";
import type { Schema } from "@/api/schemas";
import { counted, exactBytes, size } from "@/lib/sizes";
import { dashboard as text } from "@/lib/text/dashboard";
import { Failure, Skeleton, useIsLate } from "@/parts/states";
import { RollingNumber } from "./RollingNumber";

/** What there is, in numbers that roll to a new value without moving anything. */
export function Totals({ info }: { info: UseQueryResult<Schema<"SystemInfo">, ApiError> }): ReactNode {
  const storage = useApi("/api/storage", undefined, { every: 60_000 });
  const failed = info.data === undefined ? info : storage.data === undefined ? storage : null;
  if (failed?.error) return <Failure what={text.totals} error={failed.error} onRetry={() => void failed.refetch()} />;
  const disks = storage.data?.nodes;
  const capacity = disks?.reduce((sum, { capacity_bytes }) => sum + capacity_bytes, 0);
  const available = disks?.reduce((sum, { available_bytes }) => sum + available_bytes, 0);
  const cloud = storage.data?.backends.reduce((sum, { used_bytes }) => sum + used_bytes, 0);
  return (
    <section aria-label={text.totals}>
      <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-panel border bg-line lg:grid-cols-4">
        <Total name={text.files} value={info.data?.file_count} form={counted} />
        <Total name={text.directories} value={info.data?.directory_count} form={counted} />
        <Total name={text.capacity} value={capacity} form={size} exact={exactBytes} />
        {cloud ? (
          <Total name={text.cloud} value={cloud} form={size} exact={exactBytes} />
        ) : (
          <Total name={text.available} value={available} form={size} exact={exactBytes} />
        )}
      </dl>
    </section>
  );
}

interface TotalProps {
  name: string;
  value: number | undefined;
  form: (value: number) => string;
  exact?: (value: number) => string;
}

function Total({ name, value, form, exact }: TotalProps): ReactNode {
  const isLate = useIsLate();
  return (
    <div className="flex flex-col-reverse justify-end gap-1 bg-panel p-4">
      <dt className="truncate text-12 text-muted">{name}</dt>
      <dd className="tabular h-9 text-20 font-semibold md:text-28" title={value === undefined ? undefined : (exact ?? form)(value)}>
        {value === undefined ? isLate && <Skeleton className="pulse-soft h-7 w-24" /> : <RollingNumber value={value} form={form} />}
      </dd>
    </div>
  );
}
