// @ts-check
/**
 * <sound-trial for="ID">: shows and plays the sound chosen in the file field of that id as callers
 * will hear it, before the form is sent. The server makes it; nothing is kept there.
 *
 * Its parts and all its words are in templates/sound.html.
 */

import { progress } from "./player/time.js";
import { Waveform } from "./player/waveform.js";

class SoundTrial extends HTMLElement {
  /** @type {AbortController | null} of what the server is asked just now */
  #asking = null;
  /** @type {Waveform | null} */
  #waveform = null;
  #listening = new AbortController();

  connectedCallback() {
    const { signal } = (this.#listening = new AbortController());
    const audio = this.#audio;
    this.hidden = true;
    this.#field.addEventListener("change", () => this.#try(), { signal });
    this.#part("toggle").addEventListener("click", () => (audio.paused ? audio.play() : audio.pause()), { signal });
    for (const event of ["play", "pause", "timeupdate", "seeked", "loadedmetadata", "emptied"]) {
      audio.addEventListener(event, () => this.#show(), { signal });
    }
    this.#waveform ??= new Waveform(
      this.#part("wave"),
      /** @type {HTMLInputElement} */ (this.#part("slider")),
      (seconds) => (audio.currentTime = seconds),
    );
    if (this.#field.files?.length) this.#try(); // chosen before this script was here
  }

  disconnectedCallback() {
    this.#listening.abort();
    this.#forget();
  }

  /** @param {string} name */
  #part(name) {
    const part = this.querySelector(`[data-part="${name}"]`);
    if (!(part instanceof HTMLElement)) throw new Error(`there is no ${name}`);
    return part;
  }

  get #audio() {
    return /** @type {HTMLAudioElement} */ (this.#part("audio"));
  }

  get #field() {
    return /** @type {HTMLInputElement} */ (document.getElementById(this.getAttribute("for") ?? ""));
  }

  /** Have the server make what callers would hear of the file, and show that. */
  async #try() {
    this.#forget();
    const file = this.#field.files?.[0];
    this.hidden = !file || file.size > Number(this.#field.dataset.largest);
    if (!file || this.hidden) return;
    const asking = (this.#asking = new AbortController());
    this.#part("status").textContent = this.dataset.working ?? "";
    const form = new FormData();
    form.append("sound", file, file.name);
    try {
      const answer = await fetch(this.dataset.address ?? "", { method: "POST", body: form, signal: asking.signal });
      const told = answer.headers.get("content-type")?.includes("json") ? await answer.json() : null;
      if (asking.signal.aborted) return;
      if (answer.ok && told) this.#offer(told);
      else this.#refuse(told?.error ?? (answer.status === 401 ? this.dataset.ended : this.dataset.unreachable));
    } catch {
      if (!asking.signal.aborted) this.#refuse(this.dataset.unreachable);
    }
  }

  /** @param {{ wav: string, loudness: number[], doubts: string[] }} told  `wav` in base64 */
  #offer({ wav: base64, loudness, doubts }) {
    const wav = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    this.#part("doubts").replaceChildren(...doubts.map(listItem));
    this.#part("doubts").hidden = doubts.length === 0;
    this.#part("status").textContent = (doubts.length ? this.dataset.doubtful : this.dataset.ready) ?? "";
    this.#part("line").hidden = false;
    this.#audio.src = URL.createObjectURL(new Blob([wav], { type: "audio/wav" }));
    if (this.#waveform) this.#waveform.loudness = loudness;
  }

  /** @param {string | undefined} sentence */
  #refuse(sentence) {
    this.#part("status").textContent = "";
    this.#part("error").textContent = sentence ?? "";
  }

  /** What was tried before is no longer what is chosen. */
  #forget() {
    this.#asking?.abort();
    const audio = this.#audio;
    audio.pause();
    if (audio.src) URL.revokeObjectURL(audio.src);
    audio.removeAttribute("src");
    audio.load();
    this.#part("line").hidden = true;
    this.#part("doubts").hidden = true;
    this.#part("status").textContent = "";
    this.#part("error").textContent = "";
  }

  #show() {
    const { paused, currentTime } = this.#audio;
    const duration = Number.isFinite(this.#audio.duration) ? this.#audio.duration : 0;
    const toggle = this.#part("toggle");
    toggle.textContent = (paused ? toggle.dataset.labelPlay : toggle.dataset.labelPause) ?? "";
    const { elapsed, total } = progress(currentTime, duration);
    this.#part("elapsed").textContent = elapsed;
    this.#part("total").textContent = total;
    this.#waveform?.show(currentTime, duration);
  }
}

/** @param {string} text */
function listItem(text) {
  const item = document.createElement("li");
  item.textContent = text;
  return item;
}

if (!customElements.get("sound-trial")) customElements.define("sound-trial", SoundTrial);
