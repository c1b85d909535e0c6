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
 * @property {boolean} isGone  whether it has left the list that shows it still
 */

/** @typedef {"playing" | "paused" | "closed"} State */

const ROW = "[data-message]";
const PLAY = "[data-play]";
const GONE = ".is-gone";
const ONWARDS = "a[rel=next]";

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
  return { id: message, audio, title, subtitle, duration: Number(duration) || 0, isGone: row.matches(GONE) };
}

/**
 * The messages of a list, in its order. A message's own page is none.
 * @param {Document} page
 * @returns {Message[]}
 */
export function listed(page) {
  return [...page.querySelectorAll(`li${ROW}`)].map((row) => messageOf(/** @type {HTMLElement} */ (row)));
}

/**
 * The address of the page on which a list goes on; null on its last one.
 * @param {Document} page
 */
export function onwards(page) {
  return page.querySelector(ONWARDS)?.getAttribute("href") ?? null;
}

/**
 * A page of the list that is not shown; null when it cannot be had.
 * @param {string} address
 * @returns {Promise<Document | null>}
 */
export async function fetchList(address) {
  try {
    const answer = await fetch(address);
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    return null; // without a network
  }
}

/**
 * Have the list that is shown turn to its next page, unless somebody is at work in it.
 * @param {string} address
 */
export function follow(address) {
  const link = document.querySelector(ONWARDS);
  const isBusy = document.querySelector(`${ROW} :checked, dialog[open], main :is(input, select, textarea):focus`);
  if (link instanceof HTMLElement && link.getAttribute("href") === address && !isBusy) link.click();
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
