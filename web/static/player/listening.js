// @ts-check
/** When a message has been heard: the player waits for that, and reports it to the server. */

/** @typedef {import("./rows.js").Message} Message */

/** Seconds of a message that somebody has to hear; of a shorter one, the whole. */
const ENOUGH = 3;
/** Seconds that browsers count short at the end of a recording. */
const SLACK = 0.25;
/** Milliseconds until a report that did not arrive is made again. */
const AGAIN = 5000;

export class Listening {
  #playback;
  #address;
  /** Of which it is known that it was heard, or is being reported. @type {Message | null} */
  #reported = null;

  /**
   * @param {HTMLAudioElement} audio
   * @param {import("./playback.js").Playback} playback
   * @param {(message: Message) => string} address  where that is reported
   */
  constructor(audio, playback, address) {
    this.#playback = playback;
    this.#address = address;
    audio.addEventListener("timeupdate", () => this.#look(audio, ENOUGH));
    audio.addEventListener("ended", () => {
      const begun = audio.played.length ? audio.played.start(0) : 0;
      const rest = audio.duration - begun - playback.leftOut - SLACK;
      this.#look(audio, Math.min(ENOUGH, rest));
    });
  }

  /**
   * @param {HTMLAudioElement} audio
   * @param {number} enough  seconds
   */
  #look(audio, enough) {
    const { message } = this.#playback;
    if (!message || message === this.#reported || heard(audio.played) < enough) return;
    this.#reported = message;
    this.#report(message);
  }

  /** @param {Message} message */
  async #report(message) {
    const again = () => setTimeout(() => this.#report(message), AGAIN);
    try {
      const answer = await fetch(this.#address(message), { method: "POST", keepalive: true });
      if (answer.status >= 500) again();
    } catch {
      again(); // without a network for now
    }
  }
}

/**
 * Seconds of a recording that were played, each once, however often and in whatever order.
 * @param {TimeRanges} played
 */
function heard(played) {
  let seconds = 0;
  for (let at = 0; at < played.length; at += 1) seconds += played.end(at) - played.start(at);
  return seconds;
}
