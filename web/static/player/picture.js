// @ts-check
/** What the server knows of a recording without its being played. */

/**
 * @typedef {object} Picture
 * @property {number[]} peaks  loudness from 0 to 255, over the whole message
 * @property {import("./silence.js").Silence[]} silences
 */

/**
 * @param {string} address
 * @returns {Promise<Picture | null>}  null when the server does not give it
 */
export async function fetchPicture(address) {
  try {
    const answer = await fetch(address);
    return answer.ok ? await answer.json() : null;
  } catch {
    return null; // without a network; the recording may be in the browser's cache all the same
  }
}
