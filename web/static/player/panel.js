// @ts-check
/** What the player shows. Its words come from the page: `data-…` attributes of the parts. */

import { written } from "./speed.js";
import { progress } from "./time.js";

/** @typedef {import("./rows.js").Message} Message */

/**
 * @typedef {object} Look
 * @property {boolean} playing
 * @property {number} speed
 * @property {import("./memory.js").Switches} switches
 * @property {boolean} hasPrevious
 * @property {boolean} hasNext
 */

export class Panel {
  #element;

  /** @param {HTMLElement} element */
  constructor(element) {
    this.#element = element;
    new ResizeObserver(() => this.#takeRoom()).observe(element);
  }

  get shown() {
    return !this.#element.hidden;
  }

  set shown(shown) {
    this.#element.hidden = !shown;
    this.#takeRoom();
  }

  /** Appear because somebody asked for it: with a movement, unlike after a reload. */
  rise() {
    this.#element.toggleAttribute("data-rising", !this.shown);
    this.shown = true;
  }

  /**
   * @param {string} name
   * @returns {HTMLElement}
   */
  part(name) {
    const part = this.#element.querySelector(`[data-part="${name}"]`);
    if (part instanceof HTMLElement) return part;
    throw new Error(`The player has no part "${name}".`);
  }

  /**
   * The address of something of a message, by the pattern that the page gives.
   * @param {"download" | "heard" | "waveform"} what
   * @param {Message} message
   */
  address(what, message) {
    const pattern = this.#element.getAttribute(`data-${what}`) ?? "";
    return pattern.replace("{id}", encodeURIComponent(message.id));
  }

  /** @param {Message} message */
  name(message) {
    this.part("title").textContent = message.title;
    this.part("subtitle").textContent = message.subtitle;
    this.part("download").setAttribute("href", this.address("download", message));
  }

  /** @param {Look} look */
  update(look) {
    const toggle = this.part("toggle");
    toggle.dataset.state = look.playing ? "playing" : "paused";
    toggle.title = toggle.getAttribute(look.playing ? "data-label-pause" : "data-label-play") ?? "";
    const speed = this.part("speed");
    speed.textContent = written(look.speed);
    speed.setAttribute("aria-label", `${speed.dataset.label} ${written(look.speed)}`);
    this.#press("switch-next", look.switches.next);
    this.#press("switch-skip", look.switches.skip);
    this.#enable("previous", look.hasPrevious);
    this.#enable("next", look.hasNext);
  }

  /**
   * @param {number} position  seconds
   * @param {number} duration  seconds
   */
  time(position, duration) {
    const { elapsed, total } = progress(position, duration);
    this.part("elapsed").textContent = elapsed;
    this.part("total").textContent = total;
  }

  /** @param {boolean} waiting  for the recording to arrive */
  set waiting(waiting) {
    this.part("toggle").toggleAttribute("data-waiting", waiting);
  }

  /** @param {"unplayable" | import("./picture.js").Refusal | null} error */
  set error(error) {
    const line = this.part("error");
    line.textContent = error && line.getAttribute(`data-${error}`);
  }

  /**
   * @param {string} name
   * @param {boolean} pressed
   */
  #press(name, pressed) {
    this.part(name).setAttribute("aria-pressed", String(pressed));
  }

  /**
   * Not `disabled`: a button that is pressed to the end of the list keeps the focus.
   * @param {string} name
   * @param {boolean} enabled
   */
  #enable(name, enabled) {
    this.part(name).setAttribute("aria-disabled", String(!enabled));
  }

  /** Tell the page how much of its lower edge is covered. */
  #takeRoom() {
    const height = `${this.#element.offsetHeight}px`;
    document.documentElement.style.setProperty("--player-height", height);
  }
}
