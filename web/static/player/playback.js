// @ts-check
/** One message in one native `<audio>`: where it is, how fast it goes, what it leaves out. */

import * as memory from "./memory.js";
import { pastSilence } from "./silence.js";

/** @typedef {import("./rows.js").Message} Message */
/** @typedef {import("./silence.js").Silence} Silence */

/** Seconds of playing after which the position is kept anew. */
const KEEP_EVERY = 1;

export class Playback {
  /** @type {Message | null} */
  message = null;
  /** Silences of the message. @type {Silence[]} */
  silences = [];
  /** Seconds of silence that were skipped. */
  leftOut = 0;

  #audio;
  #switches;
  #speed = memory.keptSpeed();
  /** Where to begin once the recording is there, in seconds. @type {number | null} */
  #beginning = null;
  #kept = 0;

  /**
   * @param {HTMLAudioElement} audio
   * @param {import("./memory.js").Switches} switches
   */
  constructor(audio, switches) {
    this.#audio = audio;
    this.#switches = switches;
    audio.preservesPitch = true;
    this.speed = this.#speed;
    audio.addEventListener("loadedmetadata", () => this.#begin());
    audio.addEventListener("timeupdate", () => this.#go());
    audio.addEventListener("pause", () => this.keep());
    audio.addEventListener("seeked", () => this.keep());
  }

  /** Seconds from the beginning. */
  get position() {
    return this.#beginning ?? this.#audio.currentTime;
  }

  /** Seconds of the whole message; as the list says until the recording itself is there. */
  get duration() {
    const { duration } = this.#audio;
    return Number.isFinite(duration) ? duration : (this.message?.duration ?? 0);
  }

  get playing() {
    return !this.#audio.paused && !this.#audio.error;
  }

  get speed() {
    return this.#speed;
  }

  set speed(speed) {
    this.#speed = speed;
    memory.keepSpeed(speed);
    this.#audio.defaultPlaybackRate = speed; // a new recording starts with this one
    this.#audio.playbackRate = speed;
  }

  /**
   * Take a message, at the place where it was left. Nothing is fetched before it is played.
   * @param {Message} message
   */
  open(message) {
    this.keep();
    this.message = message;
    this.silences = [];
    this.leftOut = 0;
    this.#beginning = this.#kept = memory.keptPosition(message.id);
    this.#audio.src = message.audio;
  }

  close() {
    this.#audio.pause();
    this.keep();
    this.message = null;
    this.#beginning = null;
    this.#audio.removeAttribute("src");
    this.#audio.load();
  }

  /** Play on; after an error, try again from the same place. */
  play() {
    if (this.#audio.error) {
      this.#beginning = this.position;
      this.#audio.load();
    }
    this.#audio.play().catch(() => {
      // What went wrong is told by the element's "error" event; a message that another one
      // replaced, or that the browser does not let start by itself, simply stays paused.
    });
  }

  pause() {
    this.#audio.pause();
  }

  /** @param {number} seconds */
  seek(seconds) {
    const place = Math.min(Math.max(0, seconds), this.duration);
    if (this.#audio.readyState === HTMLMediaElement.HAVE_NOTHING) this.#beginning = place;
    else this.#audio.currentTime = place;
  }

  /** Remember how far the message was heard. */
  keep() {
    if (!this.message) return;
    this.#kept = this.position;
    memory.keepPosition(this.message.id, this.position, this.duration);
  }

  #begin() {
    if (this.#beginning) this.#audio.currentTime = this.#beginning;
    this.#beginning = null;
  }

  #go() {
    if (Math.abs(this.position - this.#kept) >= KEEP_EVERY) this.keep();
    if (!this.playing || !this.#switches.skip || this.#audio.seeking) return;
    const onwards = pastSilence(this.silences, this.position);
    if (onwards === null) return;
    this.leftOut += onwards - this.position;
    this.seek(onwards);
  }
}
