// @ts-check
/**
 * The rows of the list, as the player sees them.
 *
 * The list is replaced under the player again and again, so nothing here keeps a row: rows are
 * found by their message's id, each time anew.
 */

/**
 * @typedef {object} Message
 * @property {string} id
 * @property {string} audio  address of the recording
 * @property {string} title  who called
 * @property {string} subtitle  for whom, and when
 * @property {number} duration  seconds
 */

/** @typedef {"playing" | "paused" | "closed"} State */

const ROW = "[data-message]";
const PLAY = "[data-play]";

/** @returns {HTMLElement[]} */
function rows() {
  return [...document.querySelectorAll(ROW)].filter((row) => row instanceof HTMLElement);
}

/**
 * @param {string} id
 * @returns {HTMLElement | undefined}
 */
export function rowOf(id) {
  return rows().find((row) => row.dataset.message === id);
}

/**
 * The message whose play link, or a part of it, was clicked.
 * @param {EventTarget | null} target
 * @returns {Message | null}
 */
export function messageAt(target) {
  const row = target instanceof Element && target.closest(PLAY)?.closest(ROW);
  return row instanceof HTMLElement ? messageOf(row) : null;
}

/**
 * @param {HTMLElement} row
 * @returns {Message}
 */
export function messageOf(row) {
  const { message = "", audio = "", title = "", subtitle = "", duration = "" } = row.dataset;
  return { id: message, audio, title, subtitle, duration: Number(duration) || 0 };
}

/**
 * The order of the list, also for a message that has left it.
 *
 * One that was deleted after it was heard still has its old place: its neighbours are those that
 * stood nearest to it and are there still.
 */
export class Order {
  /** As it was when the message that is played was last in it. @type {string[]} */
  #ids = [];

  /**
   * The row before (-1) or after (+1) a message.
   * @param {string | undefined} id
   * @param {1 | -1} step
   * @returns {HTMLElement | undefined}
   */
  neighbour(id, step) {
    if (!id) return undefined;
    const found = rows();
    const now = found.map((row) => row.dataset.message ?? "");
    if (now.includes(id)) this.#ids = now;
    const next = neighbour(this.#ids, now, id, step);
    return found.find((row) => row.dataset.message === next);
  }
}

/**
 * @param {string[]} order  ids
 * @param {string[]} present  those that may be chosen
 * @param {string} id
 * @param {1 | -1} step
 * @returns {string | undefined}
 */
export function neighbour(order, present, id, step) {
  const from = order.indexOf(id);
  if (from < 0) return undefined;
  const onwards = step > 0 ? order.slice(from + 1) : order.slice(0, from).reverse();
  return onwards.find((other) => present.includes(other));
}

/**
 * Show in the list what is being played: `aria-current` and `data-state` on its row, and on the
 * play link the label for what a click would do now (its `data-label-play`, `data-label-pause`).
 *
 * @param {string | undefined} id
 * @param {State} state
 */
export function mark(id, state) {
  for (const row of rows()) {
    const current = row.dataset.message === id && state !== "closed";
    if (current) {
      row.setAttribute("aria-current", "true");
      row.dataset.state = state;
    } else {
      row.removeAttribute("aria-current");
      delete row.dataset.state;
    }
    for (const link of row.querySelectorAll(PLAY)) {
      const name = current && state === "playing" ? "data-label-pause" : "data-label-play";
      const label = link.getAttribute(name);
      if (label) link.setAttribute("aria-label", label);
    }
  }
}
