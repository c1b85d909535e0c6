// @ts-check
/** Times as people read them. */

/**
 * 5 → "0:05", 3723.9 → "1:02:03".
 * @param {number} seconds
 */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const ending = String(rest).padStart(2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${ending}` : `${minutes}:${ending}`;
}

/**
 * How far a message is and how long it is, for people. Lengths are rounded, as in the list; what
 * has been reached is not, but for the end.
 * @param {number} position  seconds
 * @param {number} duration  seconds
 */
export function progress(position, duration) {
  const whole = Math.round(duration);
  return { elapsed: clock(position < duration ? position : whole), total: clock(whole) };
}
