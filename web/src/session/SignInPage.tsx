/** The page before the pages: it names the instance and says how to get in. */
import { type ReactNode, useEffect, useState } from "react";
import { api } from "@/api/client";
import { asApiError } from "@/api/errors";
import { common } from "@/lib/text/everywhere";
import { signIn as text } from "@/lib/text/signIn";
import { visible } from "@/lib/visible";
import { Mark } from "@/parts/mark";
import { SignInForm } from "./SignInForm";

export interface SignInPageProps {
  wasCodeRefused: boolean;
  /** Somebody begins to sign in: what comes next can be loaded. */
  onTyping: () => void;
}

export function SignInPage({ wasCodeRefused, onTyping }: SignInPageProps): ReactNode {
  const { name, isSilent } = useInstance();
  return (
    <main className="flex min-h-full items-center justify-center px-gutter py-12">
      <div className="w-full max-w-90">
        <div className="mb-6 flex items-center gap-3">
          <Mark className="size-8" />
          <h1 className="text-20 font-semibold">{text.title(visible(name))}</h1>
        </div>
        <div className="rounded-panel border bg-panel p-6" onInput={onTyping}>
          {wasCodeRefused && <p className="mb-4 rounded-control bg-warn-soft px-3 py-2 text-13 text-warn">{text.usedLink}</p>}
          {isSilent && (
            <p role="status" className="mb-4 rounded-control bg-raised px-3 py-2 text-13">
              {text.offline}
            </p>
          )}
          <SignInForm />
        </div>
        <section className="mt-6 text-13 text-muted" aria-labelledby="sign-in-help">
          <h2 id="sign-in-help" className="font-medium text-ink">
            {text.help}
          </h2>
          <ul className="mt-1 flex flex-col gap-1">
            <li>{words(text.helpKey, "mosaicfs init")}</li>
            <li>{words(text.helpOpen, "mosaicfs open")}</li>
          </ul>
        </section>
      </div>
    </main>
  );
}

/** The sentence with the command in it set as code. */
function words(sentence: string, command: string): ReactNode {
  const [before = "", after = ""] = sentence.split(command);
  return (
    <>
      {before}
      <code className="rounded-control bg-raised px-1 py-0.5 font-mono text-12 text-ink">{command}</code>
      {after}
    </>
  );
}

/** Its name, and whether nobody answers: then only this page is there. */
function useInstance(): { name: string; isSilent: boolean } {
  const [name, setName] = useState<string>(common.product);
  const [isSilent, setSilent] = useState(false);
  useEffect(() => {
    const over = new AbortController();
    api
      .GET("/api/identity", { signal: over.signal })
      .then((identity) => setName(identity.name || common.product))
      .catch((error: unknown) => setSilent(!over.signal.aborted && asApiError(error).isUnreachable));
    return () => over.abort();
  }, []);
  useEffect(() => {
    document.title = name;
  }, [name]);
  return { name, isSilent };
}
