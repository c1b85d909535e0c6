// @ts-check
/** How fast messages are played. */

export const SPEEDS = [1, 1.25, 1.5, 2];

/**
 * The next speed, and after the highest the first again.
 * @param {number} speed
 */
export function cycled(speed) {
  return SPEEDS[(SPEEDS.indexOf(speed) + 1) % SPEEDS.length];
}

/**
 * One speed lower (-1) or higher (+1), as far as there is one.
 * @param {number} speed
 * @param {1 | -1} step
 */
export function shifted(speed, step) {
  return SPEEDS[SPEEDS.indexOf(speed) + step] ?? speed;
}

/**
 * "1.25×", with the decimal sign of the page's language.
 * @param {number} speed
 */
export function written(speed) {
  return `${new Intl.NumberFormat(document.documentElement.lang || "en").format(speed)}×`;
}
