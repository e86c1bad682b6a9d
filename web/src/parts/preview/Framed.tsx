/** A file in the sandboxed frame: text, Markdown, letters, PDF. */
import { useEffect, useRef, useState, type ReactNode } from "react";
import { preview as text } from "@/lib/text/preview";
import { visible } from "@/lib/visible";
import { savedName } from "./addresses";
import { Conversation } from "./conversation";
import { LinkQuestion } from "./LinkQuestion";
import { Pending } from "./Pending";
import type { FramedKind, Theme } from "./protocol";
import type { Kept, Reading } from "./reading";
import { Trouble } from "./Trouble";

const FRAME = "/preview/frame.html";
/** A frame that has not spoken after this has lost its script. */
const SILENT_MS = 15_000;

export interface FramedProps {
  readonly file: Kept;
  readonly kind: FramedKind;
  readonly reading: Reading;
}

export function Framed({ file, kind, reading }: FramedProps): ReactNode {
  const frame = useRef<HTMLIFrameElement>(null);
  const [link, setLink] = useState<string>();
  const [turn, setTurn] = useState(0);
  const state = useConversation(frame, { file, kind, reading }, setLink, turn);
  if (state === "silent") return <Trouble title={text.failed} onRetry={() => setTurn(turn + 1)} />;
  return (
    <div className="relative size-full">
      <iframe
        key={turn}
        ref={frame}
        src={FRAME}
        sandbox="allow-scripts"
        title={text.title(visible(file.name))}
        className="block size-full border-0 bg-panel"
      />
      {state === "waiting" && <Pending />}
      <LinkQuestion address={link} onClose={() => setLink(undefined)} />
    </div>
  );
}

type State = "waiting" | "shown" | "silent";

function useConversation(
  frame: { readonly current: HTMLIFrameElement | null },
  { file, kind, reading }: FramedProps,
  onLink: (address: string) => void,
  turn: number,
): State {
  const { file_id, name, size } = file;
  const subject = `${file_id} ${kind} ${String(turn)}`;
  const [heard, setHeard] = useState({ subject, state: "waiting" as State });
  const latest = useRef(reading);
  useEffect(() => {
    latest.current = reading;
  }, [reading]);
  useEffect(() => {
    const silent = window.setTimeout(() => setHeard({ subject, state: "silent" }), SILENT_MS);
    const wishes = {
      shown: () => {
        window.clearTimeout(silent);
        setHeard({ subject, state: "shown" });
      },
      link: onLink,
      save: saveWhenAsked,
      key: (key: string) => frame.current?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true })),
    };
    const shown = { kind, name, size, theme: currentTheme(), language: document.documentElement.lang || "en" };
    const conversation = new Conversation(shown, {
      frame: () => frame.current?.contentWindow ?? null,
      read: (start, end, signal) => {
        window.clearTimeout(silent);
        return latest.current.getRange(file_id, start, end, signal);
      },
      wishes,
    });
    const themes = new MutationObserver(() => conversation.look(currentTheme()));
    themes.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    return () => {
      window.clearTimeout(silent);
      themes.disconnect();
      conversation.end();
    };
  }, [frame, file_id, name, size, kind, subject, onLink]);
  return heard.subject === subject ? heard.state : "waiting";
}

function currentTheme(): Theme {
  return document.documentElement.dataset.theme === "dark" ? "dark" : "light";
}

/** Only right after a person has clicked, so that a file cannot fill a folder by itself. */
function saveWhenAsked(name: string, bytes: ArrayBuffer): void {
  if (!navigator.userActivation.isActive) return;
  const url = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = savedName(name);
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
