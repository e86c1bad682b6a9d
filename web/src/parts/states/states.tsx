/** The states of every list and panel, besides the data itself. */
import { CircleAlert, CloudOff, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { type ApiError, asApiError } from "@/api/errors";
import { useNow } from "@/lib/clock";
import { useConnection } from "@/lib/live/connection";
import { common } from "@/lib/text/everywhere";
import { clock } from "@/lib/times";
import { CopyButton } from "@/parts/things/copy";
import { Button } from "@/parts/ui/button";
import { type Drawing, LineDrawing } from "./drawings";

function Middle({ picture, title, children, actions }: { picture: ReactNode; title: ReactNode; children?: ReactNode; actions?: ReactNode }): ReactNode {
  return (
    <div className="appear mx-auto flex max-w-100 flex-col items-center gap-3 px-4 py-12 text-center">
      {picture}
      <p className="text-14 font-medium">{title}</p>
      {children && <div className="text-13 text-muted">{children}</div>}
      {actions && <div className="mt-1 flex flex-wrap justify-center gap-2">{actions}</div>}
    </div>
  );
}

/** What belongs here, and how it comes here. */
export function Empty({ drawing, sentence, children, action }: { drawing: Drawing; sentence: string; children?: ReactNode; action?: ReactNode }): ReactNode {
  return (
    <Middle picture={<LineDrawing of={drawing} />} title={sentence} actions={action}>
      {children}
    </Middle>
  );
}

/** There is something, but not for this filter. */
export function NoMatch({ by, onClear }: { by?: string; onClear: () => void }): ReactNode {
  return (
    <Middle picture={<LineDrawing of="search" />} title={common.noMatch} actions={<Button onClick={onClear}>{common.clearFilters}</Button>}>
      {by && common.filteredBy(by)}
    </Middle>
  );
}

/** What failed, why, and what to do next. Where it is all of a page, its title is the title of the page. */
export function Failure({ what, error, onRetry, isPage = false }: { what: string; error: unknown; onRetry?: () => void; isPage?: boolean }): ReactNode {
  const Title = isPage ? "h1" : "p";
  const known = asApiError(error);
  return (
    <div role="alert" className="appear mx-auto flex max-w-130 flex-col items-center gap-3 px-4 py-8 text-center">
      <CircleAlert className="size-6 text-error" strokeWidth={1.5} aria-hidden="true" />
      <Title className="text-14 font-medium">{common.failed(what)}</Title>
      <p className="text-13 break-words whitespace-pre-line text-muted">{known.message}</p>
      <div className="flex flex-wrap justify-center gap-2">
        {onRetry && (
          <Button scale="small" onClick={onRetry}>
            {common.retry}
          </Button>
        )}
        <CopyButton isWord label={common.copyDetails} text={details(what, known)} />
      </div>
    </div>
  );
}

export function details(what: string, error: ApiError): string {
  return [what, error.message, `code: ${error.code}`, `status: ${error.status}`, `request: ${error.requestId || "none"}`, `time: ${error.time}`].join("\n");
}

/** Above data that is the last known: as of when. Nothing while the page is live, unless asking again has failed. */
export function Offline({ asOf, hasFailed = false }: { asOf?: number; hasFailed?: boolean }): ReactNode {
  const { standing, since } = useConnection();
  const now = useNow();
  if (standing !== "offline" && !hasFailed) return null;
  return (
    <p role="status" className="flex items-center gap-2 rounded-control bg-raised px-3 py-1.5 text-13 text-muted">
      <CloudOff className="size-4 shrink-0" strokeWidth={1.5} aria-hidden="true" />
      {common.asOf(clock(asOf ?? since ?? now, now))}
    </p>
  );
}

/** Above a list of which a part did not come: what, why, and another try. */
export function Gap({ what, error, onRetry }: { what: string; error: unknown; onRetry: () => void }): ReactNode {
  return (
    <div role="alert" className="flex items-center gap-2 rounded-control bg-warn-soft px-3 py-1 text-13">
      <TriangleAlert className="size-4 shrink-0 text-warn" strokeWidth={1.5} aria-hidden="true" />
      <p className="min-w-0 flex-1">
        <span className="font-medium">{common.failed(what)}.</span> <span className="whitespace-pre-line">{asApiError(error).message}</span>
      </p>
      <Button scale="small" look="quiet" onClick={onRetry}>
        {common.retry}
      </Button>
    </div>
  );
}

export interface PartialProps {
  answered: number;
  all: number;
  /** Who did not answer, named, and why: "NAS did not: offline since 09:14". */
  missing: readonly ReactNode[];
  onRetry?: () => void;
  details?: ReactNode;
}

/** Some answered: what is there stays, and who is missing is named. */
export function Partial({ answered, all, missing, onRetry, details: more }: PartialProps): ReactNode {
  if (missing.length === 0) return null;
  return (
    <div role="status" className="flex flex-wrap items-start gap-x-3 gap-y-1 rounded-control bg-warn-soft px-3 py-2 text-13">
      <TriangleAlert className="mt-0.5 size-4 shrink-0 text-warn" strokeWidth={1.5} aria-hidden="true" />
      <div className="min-w-0 flex-1">
        <span className="font-medium">{common.answered(answered, all)}</span>{" "}
        {missing.map((one, at) => (
          <span key={at}>{one} </span>
        ))}
        {more && (
          <details className="mt-1">
            <summary className="text-accent">{common.details}</summary>
            {more}
          </details>
        )}
      </div>
      {onRetry && (
        <Button scale="small" look="quiet" onClick={onRetry}>
          {common.retry}
        </Button>
      )}
    </div>
  );
}
