// @ts-check
/**
 * The picture of a message, which is also where one clicks to hear a part of it.
 *
 * For the mouse and the finger it is a drawing; for the keyboard and the screen reader the same
 * place is a native slider that lies over it unseen.
 */

import { clock, progress } from "./time.js";

/** Pixels from one bar to the next. */
const PITCH = 5;
/** Pixels that a silent bar is high. */
const LOWEST = 2;
/** Loudness from which the loudest bar is a full one; what is no louder looks as quiet as it is. */
const FULL = 42;

export class Waveform {
  #wave;
  #slider;
  #words;
  /** @type {number[]} */
  #loudness = [];
  /** @type {number | null} where the pointer that is held down is, as a part of the whole */
  #dragged = null;
  #position = 0;
  #duration = 0;

  /**
   * @param {HTMLElement} wave  holds the drawing; `--played` on it is the part that was heard
   * @param {HTMLInputElement} slider  its `data-text` says "{position} of {total}"
   * @param {(seconds: number) => void} seek  called when somebody chooses a place
   */
  constructor(wave, slider, seek) {
    this.#wave = wave;
    this.#slider = slider;
    this.#words = slider.dataset.text ?? "";
    slider.addEventListener("input", () => seek(slider.valueAsNumber));
    wave.addEventListener("pointerdown", (event) => this.#grab(event));
    wave.addEventListener("pointermove", (event) => this.#follow(event));
    wave.addEventListener("pointerleave", () => this.#wave.removeAttribute("data-pointed"));
    wave.addEventListener("pointercancel", () => this.#drop());
    wave.addEventListener("pointerup", () => {
      const chosen = this.#drop();
      if (chosen !== null) seek(chosen * this.#duration);
    });
    new ResizeObserver(() => this.#draw()).observe(wave);
  }

  /** @param {number[]} loudness  from 0 to 255, over the whole message */
  set loudness(loudness) {
    this.#loudness = loudness;
    this.#draw();
  }

  /**
   * @param {number} position  seconds
   * @param {number} duration  seconds
   */
  show(position, duration) {
    this.#position = position;
    this.#duration = duration;
    const played = this.#dragged ?? (duration > 0 ? Math.min(1, position / duration) : 0);
    this.#wave.style.setProperty("--played", played.toFixed(4));
    const { elapsed, total } = progress(position, duration);
    const text = this.#words.replace("{position}", elapsed).replace("{total}", total);
    if (this.#slider.getAttribute("aria-valuetext") === text) return;
    this.#slider.max = String(duration);
    this.#slider.value = String(Math.floor(position));
    this.#slider.setAttribute("aria-valuetext", text);
  }

  /** @param {PointerEvent} event */
  #grab(event) {
    if (event.button !== 0) return;
    this.#wave.setPointerCapture(event.pointerId);
    this.#dragged = this.#fraction(event);
    this.#point(this.#dragged);
    this.show(this.#position, this.#duration);
  }

  /** @param {PointerEvent} event */
  #follow(event) {
    const fraction = this.#fraction(event);
    if (this.#dragged !== null) {
      this.#dragged = fraction;
      this.show(this.#position, this.#duration);
    }
    if (this.#dragged !== null || event.pointerType === "mouse") this.#point(fraction);
  }

  /** Let go; where the pointer was. */
  #drop() {
    const dragged = this.#dragged;
    this.#dragged = null;
    this.#wave.removeAttribute("data-pointed");
    return dragged;
  }

  /**
   * Say beside the pointer what time it is at.
   * @param {number} fraction
   */
  #point(fraction) {
    this.#wave.style.setProperty("--pointed", fraction.toFixed(4));
    this.#wave.dataset.pointed = clock(fraction * this.#duration);
  }

  /** @param {PointerEvent} event */
  #fraction(event) {
    const { left, width } = this.#wave.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - left) / width));
  }

  #draw() {
    const { clientWidth: width, clientHeight: height } = this.#wave;
    const bars = Math.max(1, Math.floor(width / PITCH));
    const outline = barsOf(resampled(this.#loudness, bars), height);
    for (const drawing of this.#wave.querySelectorAll("svg")) {
      drawing.setAttribute("viewBox", `0 0 ${bars * PITCH} ${height}`);
      drawing.querySelector("path")?.setAttribute("d", outline);
    }
  }
}

/**
 * As many levels as there are bars, each how loud its part is, from 0 to 1. The whole is raised
 * so that its loudest bar is a full one: people leave messages quietly, too.
 * @param {number[]} loudness
 * @param {number} bars
 * @returns {number[]}
 */
export function resampled(loudness, bars) {
  const levels = Array.from({ length: bars }, (_, bar) => {
    const from = Math.floor((bar * loudness.length) / bars);
    const to = Math.max(from + 1, Math.floor(((bar + 1) * loudness.length) / bars));
    const part = loudness.slice(from, to);
    return part.reduce((sum, level) => sum + level, 0) / (part.length || 1);
  });
  const loudest = Math.max(FULL, ...levels);
  return levels.map((level) => level / loudest);
}

/**
 * The path of upright bars around the middle line.
 * @param {number[]} levels  from 0 to 1
 * @param {number} height  pixels
 */
export function barsOf(levels, height) {
  return levels
    .map((level, bar) => {
      const long = LOWEST + level * (height - LOWEST - PITCH);
      return `M${(bar + 0.5) * PITCH} ${((height - long) / 2).toFixed(1)}v${long.toFixed(1)}`;
    })
    .join("");
}
