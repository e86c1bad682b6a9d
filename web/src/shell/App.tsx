/** Everything behind the sign-in: the calls, the live connection, the pages. */
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { type ReactNode, useEffect } from "react";
import { queryClient } from "@/api/queries";
import { hearKeys } from "@/lib/shortcuts";
import { look, useLook } from "@/lib/preferences";
import { Toasts } from "@/parts/ui/toast";
import { fetchAhead } from "@/parts/later/ahead";
import { useMedia } from "@/lib/media";
import { LiveConnection } from "./LiveConnection";
import { expectPage, theRouter } from "./router";
import { SessionLayer } from "./SessionLayer";
import { UpdateBar } from "./UpdateBar";

export { expectPage };

export function App(): ReactNode {
  useEffect(() => hearKeys(() => look.get().hasLetterKeys), []);
  useEffect(fetchAhead, []);
  const { theme } = useLook();
  const isSystemDark = useMedia("(prefers-color-scheme: dark)");
  return (
    <QueryClientProvider client={queryClient}>
      <LiveConnection />
      <RouterProvider router={theRouter()} />
      <SessionLayer />
      <UpdateBar />
      <Toasts isDark={theme === "dark" || (theme === "system" && isSystemDark)} />
    </QueryClientProvider>
  );
}
