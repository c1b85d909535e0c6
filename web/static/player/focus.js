// @ts-check
/** The keyboard's way to the player and back. */

import { rowOf } from "./rows.js";

export class Focus {
  #element;
  /** What had the focus before. @type {Element | null} */
  #before = null;

  /** @param {HTMLElement} element  the player */
  constructor(element) {
    this.#element = element;
  }

  get isInside() {
    return this.#element.contains(document.activeElement);
  }

  /** @param {HTMLElement} part  of the player, that takes the focus */
  enter(part) {
    this.#before = document.activeElement;
    part.focus();
  }

  /**
   * Back to where it was; else to the message in the list, or to the page.
   * @param {string | undefined} id  of the message in the player
   */
  leave(id) {
    const before = this.#before?.isConnected && this.#before !== document.body ? this.#before : null;
    const link = id && rowOf(id)?.querySelector("[data-play]");
    const target = before ?? (link || document.querySelector("main"));
    this.#before = null;
    if (target instanceof HTMLElement) target.focus();
  }
}
