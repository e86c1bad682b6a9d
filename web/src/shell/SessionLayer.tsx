/** Over every page: the quiet bar before a session ends, and the dialog after it. Nothing typed is lost. */
import { type ReactNode, useState } from "react";
import { useNow } from "@/lib/clock";
import { useSignal } from "@/lib/signal";
import { signIn as text } from "@/lib/text/signIn";
import { until } from "@/lib/times";
import { Button } from "@/parts/ui/button";
import { Dialog } from "@/parts/ui/dialog";
import { expiry } from "@/session/expiry";
import { SignInForm } from "@/session/SignInForm";
import { signOut } from "@/session/signing";
import { session, timeLeft } from "@/session/token";

export function SessionLayer(): ReactNode {
  const state = useSignal(expiry);
  const [isWished, setWished] = useState(false);
  const hasEnded = state === "ended";
  return (
    <>
      {state === "ending" && <EndingBar onSignIn={() => setWished(true)} />}
      <Dialog
        isOpen={hasEnded || isWished}
        canClose={!hasEnded}
        onClose={() => setWished(false)}
        width="narrow"
        title={text.again}
        {...(hasEnded ? { description: text.againWhy } : {})}
        actions={
          hasEnded && (
            <Button look="quiet" onClick={() => void signOut()}>
              {text.leave}
            </Button>
          )
        }
      >
        <SignInForm firstKey={session.get()?.principal.access_key_id ?? ""} onDone={() => setWished(false)} />
      </Dialog>
    </>
  );
}

function EndingBar({ onSignIn }: { onSignIn: () => void }): ReactNode {
  const now = useNow();
  return (
    <div role="status" className="rise fixed inset-x-0 bottom-4 z-30 mx-auto flex w-fit items-center gap-3 rounded-panel border bg-panel py-2 pr-2 pl-4 text-13 shadow-float">
      {text.ending(until(timeLeft(now) / 1000))}
      <Button scale="small" onClick={onSignIn}>
        {text.again}
      </Button>
    </div>
  );
}
