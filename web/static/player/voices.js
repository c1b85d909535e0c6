// @ts-check
/** Two voices at once cannot be understood: whichever begins silences the others. */

/** What the tabs of a browser tell each other: that something plays in one of them. */
const CHANNEL = "voicepost.player";

/**
 * Of all sounds of the page, and of other tabs, hear only the one that was begun last.
 * @param {AbortSignal} signal  of when to end that
 */
export function oneAtATime(signal) {
  const tabs = new BroadcastChannel(CHANNEL);
  tabs.addEventListener("message", () => silenceOthers(null));
  signal.addEventListener("abort", () => tabs.close());
  document.addEventListener(
    "play",
    ({ target }) => {
      silenceOthers(target);
      tabs.postMessage("playing");
    },
    { signal, capture: true },
  );
}

/** @param {EventTarget | null} voice  the one that is heard on */
function silenceOthers(voice) {
  for (const audio of document.querySelectorAll("audio")) {
    if (audio !== voice) audio.pause();
  }
}
