/** Copying, with a word that it was done. */
import { Check, Copy } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { classes } from "@/lib/classes";
import { common } from "@/lib/text/everywhere";
import { visible } from "@/lib/visible";
import { Button } from "@/parts/ui/button";
import { IconButton } from "@/parts/ui/icon-button";

export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

function useCopied(): [boolean, (text: string) => void] {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return undefined;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [isCopied]);
  return [isCopied, (text) => void copyText(text).then(setCopied)];
}

function Picture({ isCopied }: { isCopied: boolean }): ReactNode {
  const Icon = isCopied ? Check : Copy;
  return <Icon className={classes("size-4", isCopied && "text-ok")} strokeWidth={1.5} aria-hidden="true" />;
}

export interface CopyButtonProps {
  text: string;
  label?: string;
  /** With the word on it, not the picture alone. */
  isWord?: boolean;
}

export function CopyButton({ text, label = common.copy, isWord = false }: CopyButtonProps): ReactNode {
  const [isCopied, copy] = useCopied();
  const said = isCopied ? common.copied : label;
  if (isWord) {
    return (
      <Button scale="small" icon={<Picture isCopied={isCopied} />} onClick={() => copy(text)}>
        {said}
      </Button>
    );
  }
  return <IconButton scale="small" label={said} icon={<Picture isCopied={isCopied} />} onClick={() => copy(text)} />;
}

/** Shortened in the middle, whole on hover, copied on click. */
export function PathText({ path, className }: { path: string; className?: string }): ReactNode {
  const [isCopied, copy] = useCopied();
  const shown = visible(path);
  const cut = Math.max(0, shown.lastIndexOf("/", shown.length - 2));
  return (
    <button
      type="button"
      title={shown}
      aria-label={`${shown}, ${isCopied ? common.copied : common.copy}`}
      onClick={() => copy(path)}
      className={classes("inline-flex max-w-full min-w-0 rounded-control font-mono text-12 hover:text-accent", isCopied && "text-ok", className)}
    >
      {cut > 0 && <span className="min-w-4 shrink truncate">{shown.slice(0, cut)}</span>}
      <span className="max-w-3/4 shrink-0 truncate">{shown.slice(cut)}</span>
    </button>
  );
}
