// @ts-check
/**
 * <voice-player>: plays messages at the bottom of the page while the list above it changes.
 *
 * Its parts and all its words are in templates/player.html. It plays what a `[data-play]` link in
 * a `[data-message]` row names, and tells the page by the events `voice-player:play` and
 * `voice-player:ended`, each with the message's id in `detail.id`.
 */

import { Focus } from "./player/focus.js";
import { commandOf } from "./player/keys.js";
import { Listening } from "./player/listening.js";
import * as memory from "./player/memory.js";
import { Panel } from "./player/panel.js";
import { fetchPicture } from "./player/picture.js";
import { Playback } from "./player/playback.js";
import { Queue } from "./player/queue.js";
import * as rows from "./player/rows.js";
import * as session from "./player/session.js";
import { cycled, shifted } from "./player/speed.js";
import { oneAtATime } from "./player/voices.js";
import { Waveform } from "./player/waveform.js";

/** @typedef {import("./player/rows.js").Message} Message */
/** @typedef {Awaited<ReturnType<typeof fetchPicture>>} Picture  or why there is none */

/** Seconds that "back" and "forward" jump. */
const JUMP = 10;

const calm = matchMedia("(prefers-reduced-motion: reduce)");

class Player {
  #element;
  #panel;
  #focus;
  #audio;
  #playback;
  #waveform;
  #switches = memory.keptSwitches();
  #queue = new Queue();
  /** The message's, once the server has answered. @type {Picture | null} */
  #picture = null;
  #frame = 0;
  /**
   * What the buttons (`data-command`), the keys and the system's media controls ask for.
   * @type {Record<string, () => void>}
   */
  #commands = {
    toggle: () => this.#toggle(),
    back: () => this.#seek(this.#playback.position - JUMP),
    forward: () => this.#seek(this.#playback.position + JUMP),
    previous: () => this.#move(-1),
    next: () => this.#move(1),
    speed: () => this.#setSpeed(cycled(this.#playback.speed)),
    slower: () => this.#setSpeed(shifted(this.#playback.speed, -1)),
    faster: () => this.#setSpeed(shifted(this.#playback.speed, 1)),
    "switch-next": () => this.#switch("next"),
    "switch-skip": () => this.#switch("skip"),
    focus: () => this.#leap(),
    close: () => this.#close(),
  };

  /** @type {import("./player/session.js").Actions} */
  #mediaActions = {
    play: () => this.#playback.play(),
    pause: () => this.#playback.pause(),
    stop: () => this.#close(),
    seekbackward: this.#commands.back,
    seekforward: this.#commands.forward,
    seekto: ({ seekTime }) => this.#seek(seekTime ?? 0),
    previoustrack: this.#commands.previous,
    nexttrack: this.#commands.next,
  };

  /**
   * @param {HTMLElement} element
   * @param {AbortSignal} signal  of the element leaving the page
   */
  constructor(element, signal) {
    this.#element = element;
    this.#panel = new Panel(element);
    this.#focus = new Focus(element);
    this.#audio = /** @type {HTMLAudioElement} */ (this.#panel.part("audio"));
    this.#playback = new Playback(this.#audio, this.#switches);
    this.#waveform = new Waveform(
      this.#panel.part("wave"),
      /** @type {HTMLInputElement} */ (this.#panel.part("slider")),
      (seconds) => this.#seek(seconds),
    );
    new Listening(this.#audio, this.#playback, (message) => this.#panel.address("heard", message));
    this.#listenToPage(signal);
    this.#listenToAudio();
    oneAtATime(signal);
    this.#show();
    this.#reopen();
  }

  /** @param {AbortSignal} signal */
  #listenToPage(signal) {
    // Captured, that is before htmx takes a click on a link for a change of page.
    document.addEventListener("click", (event) => this.#clicked(event), { signal, capture: true });
    document.addEventListener("keydown", (event) => this.#pressed(event), { signal });
    document.addEventListener("htmx:after:swap", () => this.#show(), { signal });
    addEventListener("pagehide", () => this.#playback.keep(), { signal });
    signal.addEventListener("abort", () => this.#close());
    this.#element.addEventListener("click", ({ target }) => {
      const button = target instanceof Element && target.closest("[data-command]");
      const command = button && button.getAttribute("data-command");
      if (command && button.ariaDisabled !== "true") this.#commands[command]();
    });
  }

  #listenToAudio() {
    const audio = this.#audio;
    for (const event of ["play", "pause", "playing", "seeked", "loadedmetadata"]) {
      audio.addEventListener(event, () => this.#show());
    }
    audio.addEventListener("timeupdate", () => this.#showTime());
    audio.addEventListener("waiting", () => (this.#panel.waiting = true));
    audio.addEventListener("playing", () => this.#animate());
    audio.addEventListener("play", () => this.#tell("play"));
    audio.addEventListener("ended", () => this.#ended());
    audio.addEventListener("error", () => this.#failed());
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    const modified = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
    const message = event.button === 0 && !modified ? rows.messageAt(event.target) : null;
    if (!message) return;
    event.preventDefault();
    event.stopPropagation();
    if (message.id === this.#playback.message?.id) this.#toggle();
    else this.#play(message);
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    const command = this.#panel.shown && commandOf(event);
    if (!command) return;
    event.preventDefault();
    this.#commands[command]();
  }

  /** @param {Message} message */
  #play(message) {
    this.#open(message);
    this.#fetchPicture(message);
    this.#panel.rise();
    this.#playback.play();
    this.#show();
  }

  /** @param {Message} message */
  #open(message) {
    this.#playback.open(message);
    memory.keepMessage(message);
    session.offer(message, this.#mediaActions);
    this.#panel.name(message);
    this.#panel.error = null;
    this.#waveform.loudness = [];
  }

  /** @param {Message} message */
  async #fetchPicture(message) {
    this.#picture = null;
    const picture = await fetchPicture(this.#panel.address("waveform", message));
    if (this.#playback.message !== message) return null;
    this.#picture = picture;
    if (typeof picture === "string") return picture;
    this.#waveform.loudness = picture.loudness;
    this.#playback.silences = picture.silences;
    return picture;
  }

  /** After a reload the message is there again, if the server still gives it to this user. */
  async #reopen() {
    const message = memory.keptMessage();
    if (!message) return;
    this.#open(message);
    this.#show();
    const picture = await this.#fetchPicture(message);
    if (typeof picture === "string") this.#close();
    else if (picture) this.#panel.shown = true; // else another message has taken its place
  }

  #close() {
    if (this.#focus.isInside) this.#focus.leave(this.#playback.message?.id);
    this.#playback.close();
    memory.keepMessage(null);
    session.offer(null, this.#mediaActions);
    this.#panel.shown = false;
    this.#show();
  }

  /** Bring the focus to the player, or back to where it was. */
  #leap() {
    if (this.#focus.isInside) this.#focus.leave(this.#playback.message?.id);
    else this.#focus.enter(this.#panel.part("toggle"));
  }

  #toggle() {
    const { message, playing } = this.#playback;
    this.#panel.error = null;
    if (playing) return this.#playback.pause();
    if (message && typeof this.#picture === "string") this.#fetchPicture(message);
    this.#playback.play();
  }

  /** @param {number} seconds */
  #seek(seconds) {
    this.#playback.seek(seconds);
    this.#show();
  }

  /**
   * Play the message before or after, and show it in the list.
   * @param {1 | -1} step
   */
  async #move(step) {
    if (!(await this.#playNext(step))) return;
    const row = rows.rowOf(this.#playback.message?.id ?? "");
    row?.scrollIntoView({ block: "nearest", behavior: calm.matches ? "auto" : "smooth" });
  }

  /**
   * Play the message before or after; where the page ends, the first one of the next page.
   * @param {1 | -1} step
   */
  async #playNext(step) {
    const { message } = this.#playback;
    const here = this.#neighbour(step);
    const next = here ?? (step > 0 ? await this.#queue.turn(message?.id) : undefined);
    if (!next || this.#playback.message !== message) return false;
    this.#play(next);
    return true;
  }

  /** @param {1 | -1} step */
  #neighbour(step) {
    return this.#queue.neighbour(this.#playback.message?.id, step);
  }

  #ended() {
    this.#tell("ended");
    if (this.#switches.next) this.#playNext(1); // without scrolling: somebody may be reading
  }

  async #failed() {
    const { message } = this.#playback;
    this.#show();
    if (!message) return;
    const lost = this.#audio.error?.code === MediaError.MEDIA_ERR_NETWORK;
    // The element does not tell why; what the server says of the picture, it says of the recording.
    const picture = await this.#fetchPicture(message);
    if (typeof picture === "string") this.#panel.error = picture;
    else if (picture) this.#panel.error = lost ? "unreachable" : "unplayable";
  }

  /** @param {number} speed */
  #setSpeed(speed) {
    this.#playback.speed = speed;
    this.#show();
  }

  /** @param {"next" | "skip"} name */
  #switch(name) {
    this.#switches[name] = !this.#switches[name];
    memory.keepSwitches(this.#switches);
    this.#show();
  }

  /** Show everything as it is now, in the player, in the list and in the system's controls. */
  #show() {
    const { message, playing, speed } = this.#playback;
    rows.mark(message?.id, message ? (playing ? "playing" : "paused") : "closed");
    this.#panel.waiting = false;
    this.#panel.update({
      playing,
      speed,
      switches: this.#switches,
      hasPrevious: this.#neighbour(-1) !== undefined,
      hasNext: this.#neighbour(1) !== undefined || this.#queue.goesOn(message?.id),
    });
    if (message) session.report(this.#audio);
    this.#showTime();
  }

  #showTime() {
    const { position, duration } = this.#playback;
    this.#panel.time(position, duration);
    this.#waveform.show(position, duration);
  }

  /** Move the waveform smoothly while it plays, where movement is welcome. */
  #animate() {
    cancelAnimationFrame(this.#frame);
    if (calm.matches || !this.#playback.playing) return;
    this.#showTime();
    this.#frame = requestAnimationFrame(() => this.#animate());
  }

  /** @param {"play" | "ended"} event */
  #tell(event) {
    const detail = { id: this.#playback.message?.id };
    this.#element.dispatchEvent(new CustomEvent(`voice-player:${event}`, { bubbles: true, detail }));
  }
}

customElements.define(
  "voice-player",
  class extends HTMLElement {
    #leaving = new AbortController();

    connectedCallback() {
      this.#leaving = new AbortController();
      new Player(this, this.#leaving.signal);
    }

    disconnectedCallback() {
      this.#leaving.abort();
    }
  },
);
