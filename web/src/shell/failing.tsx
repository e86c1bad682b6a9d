/** A page that broke does not take the shell with it. */
import { Component, type ReactNode } from "react";
import { asApiError } from "@/api/errors";
import { addresses } from "@/lib/addresses";
import { shell as text } from "@/lib/text/shell";
import { Failure } from "@/parts/states";
import { LineDrawing } from "@/parts/states/drawings";
import { buttonClasses } from "@/parts/ui/button";
import { PageLink } from "@/parts/ui/page-link";

export function NotFound(): ReactNode {
  return (
    <div className="mx-auto flex max-w-100 flex-col items-center gap-3 p-12 text-center">
      <LineDrawing of="gone" />
      <h1 className="text-16 font-semibold">{text.notFound}</h1>
      <PageLink href={addresses.dashboard()} className={buttonClasses()}>
        {text.toDashboard}
      </PageLink>
    </div>
  );
}

export function PageBroken({ error, reset }: { error: unknown; reset: () => void }): ReactNode {
  return (
    <div className="p-12">
      <Failure isPage what={text.broken} error={error} onRetry={reset} />
    </div>
  );
}

/** For parts beside the page: a panel that broke says so in its place. */
export class Guard extends Component<{ what: string; children: ReactNode }, { error: unknown }> {
  override state: { error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error };
  }

  override render(): ReactNode {
    if (this.state.error === null) return this.props.children;
    return <Failure what={this.props.what} error={asApiError(this.state.error)} onRetry={() => this.setState({ error: null })} />;
  }
}
