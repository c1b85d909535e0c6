// @ts-check
/** What the browser remembers of the player: its settings, and how far each message was heard. */

import { SPEEDS } from "./speed.js";

/** @typedef {import("./rows.js").Message} Message */
/** @typedef {[id: string, seconds: number]} Position */
/**
 * What can be switched on.
 * @typedef {object} Switches
 * @property {boolean} next  when a message has ended, go on with the next one
 * @property {boolean} skip  leave out long silences
 */

const POSITIONS_KEPT = 200;
/** Seconds from the beginning or to the end that are not worth coming back to. */
const MARGIN = 1;

/** @returns {number} */
export function keptSpeed() {
  const speed = read("localStorage", "speed");
  return typeof speed === "number" && SPEEDS.includes(speed) ? speed : 1;
}

/** @param {number} speed */
export function keepSpeed(speed) {
  write("localStorage", "speed", speed);
}

/** @returns {Switches} */
export function keptSwitches() {
  const kept = /** @type {Partial<Switches> | null} */ (read("localStorage", "switches"));
  return { next: kept?.next === true, skip: kept?.skip === true };
}

/** @param {Switches} switches */
export function keepSwitches(switches) {
  write("localStorage", "switches", switches);
}

/**
 * Where to go on with a message, in seconds.
 * @param {string} id
 */
export function keptPosition(id) {
  return positions().find(([other]) => other === id)?.[1] ?? 0;
}

/**
 * Keep how far a message was heard; one heard to its end begins anew the next time.
 * @param {string} id
 * @param {number} seconds
 * @param {number} duration  seconds of the whole message
 */
export function keepPosition(id, seconds, duration) {
  const far = seconds >= MARGIN && seconds <= duration - MARGIN ? seconds : 0;
  write("localStorage", "positions", withPosition(positions(), id, far));
}

/**
 * The positions with one more; the latest stand last, the oldest are forgotten.
 * @param {Position[]} positions
 * @param {string} id
 * @param {number} seconds  0 forgets
 * @returns {Position[]}
 */
export function withPosition(positions, id, seconds) {
  const others = positions.filter(([other]) => other !== id);
  const all = seconds > 0 ? [...others, /** @type {Position} */ ([id, seconds])] : others;
  return all.slice(-POSITIONS_KEPT);
}

/** @returns {Position[]} */
function positions() {
  const kept = read("localStorage", "positions");
  return Array.isArray(kept) ? kept.filter(isPosition) : [];
}

/**
 * @param {unknown} kept
 * @returns {kept is Position}
 */
function isPosition(kept) {
  return Array.isArray(kept) && typeof kept[0] === "string" && typeof kept[1] === "number";
}

/**
 * The message that was in the player when this tab was last reloaded.
 * @returns {Message | null}
 */
export function keptMessage() {
  const kept = read("sessionStorage", "message");
  return kept !== null && typeof kept === "object" ? /** @type {Message} */ (kept) : null;
}

/** @param {Message | null} message */
export function keepMessage(message) {
  write("sessionStorage", "message", message);
}

const PREFIX = "voicepost.player.";

/** @typedef {"localStorage" | "sessionStorage"} Place  the browser's, or only this tab's */

/**
 * @param {Place} place
 * @param {string} key
 * @returns {unknown}  null when nothing that can be read is kept
 */
function read(place, key) {
  try {
    return JSON.parse(window[place].getItem(PREFIX + key) ?? "null");
  } catch {
    return null;
  }
}

/**
 * @param {Place} place
 * @param {string} key
 * @param {unknown} value
 */
function write(place, key, value) {
  try {
    window[place].setItem(PREFIX + key, JSON.stringify(value));
  } catch {
    // Full or forbidden: the player works as well, only without a memory.
  }
}
