/** The stream of frames from the server, taken up again where it broke off. */

const KINDS = ["tagged", "hedged", "rejected", "health", "ranking", "cluster"];
const RETRY_MS = 1_000;

/**
 * Keep connected while the page is visible: a browser lets few connections to one server be
 * open, and pages that nobody looks at need none.
 * @param {{onFrame: (kind: string, data: any) => void, onReset: () => void,
 *   onGap: () => void, onState: (state: "live" | "lost" | "hidden") => void}} handlers
 */
export function connect({ onFrame, onReset, onGap, onState }) {
  let source = null;
  let last = "";

  const open = () => {
    source?.close();
    source = new EventSource(`/api/events?after=${encodeURIComponent(last)}`);
    source.onopen = () => onState("live");
    source.onerror = () => {
      onState("lost");
      // The browser tries again by itself, but not after an answer that is none.
      if (source.readyState === EventSource.CLOSED) setTimeout(open, RETRY_MS);
    };
    source.addEventListener("reset", onReset);
    source.addEventListener("gap", onGap);
    for (const kind of KINDS) {
      source.addEventListener(kind, (event) => {
        last = event.lastEventId;
        onFrame(kind, JSON.parse(event.data));
      });
    }
  };

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      source?.close();
      onState("hidden");
    } else {
      open();
    }
  });
  open();
}
