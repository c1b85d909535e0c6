// <voice-recorder for="ID">: records with the microphone into the file field of that id, so that the
// form sends the recording, and <sound-trial> plays it, like any file. Without a microphone it says so;
// the field still works.

const TYPES = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];
const LONGEST = 10 * 60 * 1000; // milliseconds; the server takes no longer ones

class VoiceRecorder extends HTMLElement {
  connectedCallback() {
    if (this.firstChild) return;
    this.hidden = false;
    this.status = document.createElement("span");
    this.status.setAttribute("role", "status");
    if (!navigator.mediaDevices?.getUserMedia || !window.MediaRecorder) {
      this.status.textContent = this.dataset.none;
      this.status.className = "hint";
      this.append(this.status);
      return;
    }
    this.button = document.createElement("button");
    this.button.type = "button";
    this.button.className = "button";
    this.button.textContent = this.dataset.record;
    this.button.addEventListener("click", () => this.toggle());
    this.append(this.button, this.status);
  }

  disconnectedCallback() {
    this.finish();
  }

  toggle() {
    if (this.recorder?.state === "recording") this.finish();
    else this.begin();
  }

  async begin() {
    let stream;
    this.button.disabled = true;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch {
      this.status.textContent = this.dataset.refused;
      return;
    } finally {
      this.button.disabled = false;
    }
    const parts = [];
    this.recorder = new MediaRecorder(stream, {
      mimeType: TYPES.find((type) => MediaRecorder.isTypeSupported(type)),
    });
    this.recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
    this.recorder.addEventListener("stop", () => {
      stream.getTracks().forEach((track) => track.stop());
      this.keep(new Blob(parts, { type: this.recorder.mimeType }));
    });
    this.recorder.start(1000);
    this.timer = setTimeout(() => this.finish(), LONGEST);
    this.dataset.state = "recording";
    this.button.textContent = this.dataset.stop;
    this.status.textContent = this.dataset.recording;
  }

  finish() {
    clearTimeout(this.timer);
    if (this.recorder?.state === "recording") this.recorder.stop();
  }

  /** Put the recording into the file field. */
  keep(recording) {
    const field = document.getElementById(this.getAttribute("for"));
    const ending = recording.type.includes("mp4") ? "m4a" : recording.type.includes("ogg") ? "ogg" : "webm";
    const files = new DataTransfer();
    files.items.add(new File([recording], `recording.${ending}`, { type: recording.type }));
    if (field) {
      field.files = files.files;
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }
    this.dataset.state = "recorded";
    this.button.textContent = this.dataset.again;
    this.status.textContent = this.dataset.recorded;
  }
}

if (!customElements.get("voice-recorder")) customElements.define("voice-recorder", VoiceRecorder);
