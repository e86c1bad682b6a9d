/** Where the page begins: who is here is settled before anything that needs it is loaded. */
import { type ReactNode, StrictMode, Suspense, useSyncExternalStore } from "react";
import { createRoot } from "react-dom/client";
import "./styles/index.css";
import { followSystem } from "./lib/preferences";
import { keepWorker } from "./lib/worker";
import { drawn } from "./parts/later/drawn";
import { wantedPlace } from "./session/code";
import { NoPages } from "./session/NoPages";
import { SignInPage } from "./session/SignInPage";
import { arrive, settleAddress } from "./session/signing";
import { session } from "./session/token";

const loadApp = () => import("./shell/App");
const App = drawn(async () => (await loadApp()).App, NoPages);

function expectApp(): void {
  loadApp().then(({ expectPage }) => expectPage(wantedPlace(location.search)), () => undefined);
}

function Entrance({ wasCodeRefused }: { wasCodeRefused: boolean }): ReactNode {
  const isIn = useSyncExternalStore(session.subscribe, () => session.get() !== null);
  if (!isIn) return <SignInPage wasCodeRefused={wasCodeRefused} onTyping={expectApp} />;
  settleAddress();
  return (
    <Suspense fallback={null}>
      <App />
    </Suspense>
  );
}

async function start(): Promise<void> {
  followSystem();
  keepWorker();
  const arrived = await arrive();
  settleAddress();
  // Nothing is blank in between: what stands there stays until the pages are here.
  if (session.get()) await App.preload?.();
  const root = document.getElementById("root");
  if (root) {
    createRoot(root).render(
      <StrictMode>
        <Entrance wasCodeRefused={arrived.wasCodeRefused} />
      </StrictMode>,
    );
  }
}

void start();
