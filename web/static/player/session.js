// @ts-check
/** The player in the system's own controls: media keys, headphones, the lock screen. */

/** @typedef {import("./rows.js").Message} Message */
/** @typedef {Partial<Record<MediaSessionAction, (details: MediaSessionActionDetails) => void>>} Actions */

const session = navigator.mediaSession;

/**
 * @param {Message | null} message  null when the player is closed
 * @param {Actions} actions
 */
export function offer(message, actions) {
  if (!session) return;
  session.metadata = message
    ? new MediaMetadata({ title: message.title, artist: message.subtitle })
    : null;
  if (!message) session.playbackState = "none";
  for (const [action, run] of Object.entries(actions)) {
    setAction(/** @type {MediaSessionAction} */ (action), message ? run : null);
  }
}

/**
 * @param {HTMLMediaElement} audio
 */
export function report(audio) {
  if (!session) return;
  session.playbackState = audio.paused ? "paused" : "playing";
  if (!Number.isFinite(audio.duration)) return;
  session.setPositionState({
    duration: audio.duration,
    playbackRate: audio.playbackRate,
    position: Math.min(audio.currentTime, audio.duration),
  });
}

/**
 * @param {MediaSessionAction} action
 * @param {MediaSessionActionHandler | null} run
 */
function setAction(action, run) {
  try {
    session.setActionHandler(action, run);
  } catch {
    // A browser that does not know this action has no button for it.
  }
}
