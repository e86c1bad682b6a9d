/** The stack of toasts; loaded with the first one. */
import { type ReactNode, useEffect } from "react";
import { Toaster as Sonner } from "sonner";

export { toast as sonner } from "sonner";

export interface ToasterProps {
  isDark: boolean;
  onReady: () => void;
}

export function Toaster({ isDark, onReady }: ToasterProps): ReactNode {
  useEffect(onReady, [onReady]);
  return (
    <Sonner
      position="bottom-right"
      theme={isDark ? "dark" : "light"}
      visibleToasts={3}
      duration={5000}
      closeButton
      // Above the buttons at the foot of a drawer, a form or a phone: an error stays until somebody closes it.
      offset={{ bottom: 88 }}
      mobileOffset={{ bottom: 88 }}
      gap={8}
      toastOptions={{
        style: {
          background: "var(--panel)",
          color: "var(--ink)",
          border: "1px solid var(--line)",
          borderRadius: 8,
          boxShadow: "var(--float)",
          fontFamily: "inherit",
          fontSize: 13,
          whiteSpace: "pre-line",
        },
      }}
    />
  );
}
