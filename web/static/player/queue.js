// @ts-check
/** What comes before and after the message that is played, also on the next page of its list. */

import * as rows from "./rows.js";

/** @typedef {import("./rows.js").Message} Message */

/**
 * The list as it was when the message was last in it.
 *
 * One that was deleted after it was heard still has its old place: its neighbours are those that
 * stood nearest to it and are there still. Where no list is shown at all, what was listed counts.
 */
export class Queue {
  /** @type {Message[]} */
  #messages = [];
  /** Where the list goes on, on another page. @type {string | null} */
  #onwards = null;
  #turning = false;

  /**
   * The message before (-1) or after (+1) another one on this page of the list.
   * @param {string | undefined} id
   * @param {1 | -1} step
   * @returns {Message | undefined}
   */
  neighbour(id, step) {
    if (!id) return undefined;
    const shown = rows.listed(document);
    if (shown.some((message) => message.id === id)) {
      this.#messages = shown;
      this.#onwards = rows.onwards(document);
    }
    const present = (shown.length ? shown : this.#messages).filter(({ isGone }) => !isGone);
    const order = this.#messages.map((message) => message.id);
    const next = neighbour(order, present.map((message) => message.id), id, step);
    return present.find((message) => message.id === next);
  }

  /**
   * Whether another page follows the one that a message is on.
   * @param {string | undefined} id
   */
  goesOn(id) {
    return this.#onwards !== null && this.#messages.some((message) => message.id === id);
  }

  /**
   * Go on to the next page, and have the list follow where it is shown.
   * @param {string | undefined} id  of the message that is played, the last of its page
   * @returns {Promise<Message | undefined>}  the first message there
   */
  async turn(id) {
    const address = this.#onwards;
    if (address === null || !this.goesOn(id) || this.#turning) return undefined;
    this.#turning = true;
    const page = await rows.fetchList(address);
    this.#turning = false;
    if (!page || !this.goesOn(id)) return undefined;
    this.#messages = rows.listed(page);
    this.#onwards = rows.onwards(page);
    rows.follow(address);
    return this.#messages[0];
  }
}

/**
 * @param {string[]} order  ids
 * @param {string[]} present  those that may be chosen
 * @param {string} id
 * @param {1 | -1} step
 * @returns {string | undefined}
 */
function neighbour(order, present, id, step) {
  const from = order.indexOf(id);
  if (from < 0) return undefined;
  const onwards = step > 0 ? order.slice(from + 1) : order.slice(0, from).reverse();
  return onwards.find((other) => present.includes(other));
}
