// @ts-check
/** Skipping the silences of a message. */

/** @typedef {[start: number, end: number]} Silence  seconds */

/** Seconds of silence that are worth a jump. */
const LONG = 1.5;
/** Seconds left of it on either side, so that speech keeps its breath. */
const BREATH = 0.3;

/**
 * Where to go on from inside a long silence; null when there is something to hear.
 * @param {Silence[]} silences
 * @param {number} position  seconds
 * @returns {number | null}
 */
export function pastSilence(silences, position) {
  const around = silences.find(
    ([start, end]) =>
      end - start >= LONG && position >= start + BREATH && position < end - BREATH,
  );
  return around ? around[1] - BREATH : null;
}
