// @ts-check
/** The player's keys, and when they are somebody else's. */

/**
 * @typedef {"toggle" | "back" | "forward" | "slower" | "faster" | "next" | "previous" | "focus" |
 *   "switch-next" | "switch-skip" | "close"} Command
 */

/** @type {Record<string, Command>} */
const COMMANDS = {
  " ": "toggle",
  ArrowLeft: "back",
  ArrowRight: "forward",
  "[": "slower",
  "]": "faster",
  j: "next",
  k: "previous",
  p: "focus",
  a: "switch-next",
  s: "switch-skip",
  x: "close",
  Escape: "close",
};

/** What a key that is held down does once only. @type {Command[]} */
const ONCE = ["toggle", "focus", "switch-next", "switch-skip", "close"];

/**
 * The same keys on a keyboard that writes another alphabet, where `j` is «о» and `[` is «х».
 * @type {Record<string, string>}
 */
const PLACES = {
  ...{ KeyJ: "j", KeyK: "k", KeyP: "p", KeyA: "a", KeyS: "s", KeyX: "x" },
  ...{ BracketLeft: "[", BracketRight: "]" },
};

/** Where keys write text, choose or move something, or work a dialog or a sound of its own. */
const TAKES_ALL =
  "input:not([data-part=slider], [type=checkbox]), textarea, select, audio, video, dialog, [popover]," +
  " [contenteditable]:not([contenteditable=false])," +
  " [role=textbox], [role=listbox], [role=menu], [role=tablist]";
/** What the space bar presses. */
const TAKES_SPACE = "button, summary, label, [role=button], [type=checkbox]";
/** What arrows move by steps of its own. */
const TAKES_ARROWS = "input[type=range]";
/** Where Escape is the player's. */
const LEAVES_ESCAPE = "voice-player";

/**
 * What a pressed key asks of the player; null when the key is not the player's.
 * @param {KeyboardEvent} event
 * @returns {Command | null}
 */
export function commandOf(event) {
  if (event.defaultPrevented || event.isComposing || withModifier(event)) return null;
  const key = latin(event);
  const command = Object.hasOwn(COMMANDS, key) ? COMMANDS[key] : null;
  if (!command || isTaken(event.target, key)) return null;
  return ONCE.includes(command) && event.repeat ? null : command;
}

/**
 * Whether letters that are pressed there are the page's, and not written into something.
 * @param {EventTarget | null} target  where the focus is
 */
export function isFree(target) {
  return !(target instanceof Element) || target.closest(TAKES_ALL) === null;
}

/** @param {KeyboardEvent} event */
function withModifier(event) {
  return event.ctrlKey || event.metaKey || event.altKey || event.shiftKey;
}

/**
 * The key as a Latin keyboard would name it.
 * @param {KeyboardEvent} event
 */
function latin({ key, code }) {
  const foreign = key.length === 1 && key.charCodeAt(0) > 127;
  return foreign && Object.hasOwn(PLACES, code) ? PLACES[code] : named(key);
}

/**
 * Letters without regard to Caps Lock, named keys as they are.
 * @param {string} key
 */
function named(key) {
  return key.length === 1 ? key.toLowerCase() : key;
}

/**
 * @param {EventTarget | null} target  where the focus is
 * @param {string} key
 */
function isTaken(target, key) {
  if (!isFree(target)) return true;
  if (!(target instanceof Element)) return false;
  if (key === "Escape") return target.closest(LEAVES_ESCAPE) === null;
  if (key === " ") return target.closest(TAKES_SPACE) !== null;
  return key.startsWith("Arrow") && target.matches(TAKES_ARROWS);
}
