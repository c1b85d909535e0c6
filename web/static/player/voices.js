// @ts-check
/** Two voices at once cannot be understood: whichever begins silences the others. */

/**
 * Of all sounds of the page, hear only the one that was begun last.
 * @param {AbortSignal} signal  of when to end that
 */
export function oneAtATime(signal) {
  document.addEventListener("play", silenceOthers, { signal, capture: true });
}

/** @param {Event} event */
function silenceOthers({ target }) {
  for (const audio of document.querySelectorAll("audio")) {
    if (audio !== target) audio.pause();
  }
}
