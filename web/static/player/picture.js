// @ts-check
/** What the server knows of a recording without its being played. */

/**
 * @typedef {object} Picture
 * @property {number[]} loudness  from 0 to 255, over the whole message
 * @property {import("./silence.js").Silence[]} silences
 */

/**
 * Why there is none: the session has ended, or the server does not give it.
 * @typedef {"ended" | "unreachable"} Refusal
 */

/**
 * @param {string} address
 * @returns {Promise<Picture | Refusal>}
 */
export async function fetchPicture(address) {
  try {
    const answer = await fetch(address);
    if (answer.status === 401) return "ended";
    return answer.ok ? await answer.json() : "unreachable";
  } catch {
    return "unreachable"; // without a network; the recording may be in the browser's cache all the same
  }
}
