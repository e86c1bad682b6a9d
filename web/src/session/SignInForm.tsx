/** Key and secret, and what the server says to them. Used by the page and by the dialog over a page. */
import { type FormEvent, type ReactNode, useEffect, useId, useState } from "react";
import { asApiError } from "@/api/errors";
import { signIn as text } from "@/lib/text/signIn";
import { duration } from "@/lib/times";
import { Button } from "@/parts/ui/button";
import { Field, Input } from "@/parts/ui/field";
import { signIn } from "./signing";

interface Refused {
  kind: "wrong" | "silent" | "other";
  message: string;
}

export function SignInForm({ onDone, firstKey = "" }: { onDone?: () => void; firstKey?: string }): ReactNode {
  const [key, setKey] = useState(firstKey);
  const [secret, setSecret] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [refused, setRefused] = useState<Refused | null>(null);
  const [wait, setWait] = useCountdown();
  const id = useId();

  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const missing = event.currentTarget.querySelector<HTMLInputElement>("input:invalid");
    if (missing) {
      missing.focus();
      return;
    }
    setBusy(true);
    setRefused(null);
    try {
      await signIn({ access_key_id: key.trim(), secret_key: secret.trim() });
      onDone?.();
    } catch (error) {
      const { status, message, retryAfter } = asApiError(error);
      if (status === 429) setWait(retryAfter ?? 60);
      else if (status === 401 || status === 422) setRefused({ kind: "wrong", message: text.wrong });
      else if (status === 0) setRefused({ kind: "silent", message: text.silent(location.host) });
      else setRefused({ kind: "other", message });
    } finally {
      setBusy(false);
    }
  };

  const message = wait > 0 ? text.limited(duration(wait)) : refused?.message;
  return (
    <form className="flex flex-col gap-4" onSubmit={(event) => void submit(event)} noValidate>
      <Field label={text.key} id={`${id}-key`}>
        <Input
          id={`${id}-key`}
          name="username"
          autoComplete="username"
          spellCheck={false}
          autoCapitalize="none"
          className="font-mono"
          required
          value={key}
          onChange={(event) => setKey(event.target.value)}
        />
      </Field>
      <Field label={text.secret} id={`${id}-secret`}>
        <Input
          id={`${id}-secret`}
          name="password"
          type="password"
          autoComplete="current-password"
          className="font-mono"
          required
          value={secret}
          onChange={(event) => setSecret(event.target.value)}
        />
      </Field>
      <p role="alert" className="empty:hidden text-13 text-error">
        {message}
      </p>
      <Button type="submit" look="primary" isBusy={isBusy} disabled={wait > 0} className="w-full">
        {refused?.kind === "silent" ? text.retry : isBusy ? text.submitting : text.submit}
      </Button>
    </form>
  );
}

/** Seconds that run down to 0. */
function useCountdown(): [number, (seconds: number) => void] {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    if (left <= 0) return undefined;
    const timer = setTimeout(() => setLeft(left - 1), 1000);
    return () => clearTimeout(timer);
  }, [left]);
  return [left, setLeft];
}
