// New messages told by the browser, and by a sound: where somebody has switched that on, in this
// browser. Of several tabs one tells. What is said comes from our server, and goes nowhere else.

const find = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];

/** Milliseconds: what comes so soon one after another is told together. */
const TOGETHER = 500;
/** Milliseconds: what one tab stores others see in a moment, on a busy machine in some more. */
const HELD = 30_000;
/** Ids of messages that the tabs remember to have told. */
const REMEMBERED = 200;
/** Of the sound: when each tone begins, in seconds, and its frequency. */
const TONES = [
  [0, 659],
  [0.16, 880],
];
const TONE_SECONDS = 0.45;
const VOLUME = 0.15;

/* What is switched on in this browser */

const nameOf = (kind) => `voicepost-${kind}`;

function isOn(kind) {
  try {
    return localStorage.getItem(nameOf(kind)) === "on";
  } catch {
    return false; // a browser that keeps nothing
  }
}

function remember(kind, on) {
  try {
    if (on) localStorage.setItem(nameOf(kind), "on");
    else localStorage.removeItem(nameOf(kind));
  } catch {
    // Then it cannot be switched on.
  }
}

let showsNone = false;

/** Whether notifications can be shown: "granted", "default" (nobody was asked yet) or why not. */
function permission() {
  if (!isSecureContext) return "insecure";
  if (showsNone || !("Notification" in window)) return "missing";
  return Notification.permission;
}

/* Telling */

const waiting = new Set();
let timer = 0;

document.body.addEventListener("news", ({ detail }) => {
  if (!detail?.data || !(isOn("notification") || isOn("sound"))) return;
  const { id, kind } = JSON.parse(detail.data);
  if (kind !== "kept") return; // what is probably empty is told to nobody
  waiting.add(id);
  timer ||= setTimeout(tell, TOGETHER);
});

async function tell() {
  const ids = [...waiting];
  waiting.clear();
  timer = 0;
  const shows = isOn("notification") && permission() === "granted";
  const shown = shows ? await claim("shown", ids) : [];
  const sounded = isOn("sound") && maySound() ? await claim("sounded", ids) : [];
  const wanted = new Set([...shown, ...sounded]);
  const told = wanted.size ? await ask([...wanted]) : [];
  if (shown.length) told.forEach(show);
  if (sounded.length && told.length) sound();
}

/** Those of the messages that no tab has told yet; this one will. */
async function claim(kind, ids) {
  const mine = [];
  for (const id of ids) if (await isFirst(`${nameOf(kind)}-${id}`)) mine.push(id);
  const told = JSON.parse(localStorage.getItem(nameOf(kind)) ?? "[]");
  const wanted = mine.filter((id) => !told.includes(id));
  localStorage.setItem(nameOf(kind), JSON.stringify([...told, ...wanted].slice(-REMEMBERED)));
  return wanted;
}

/** Whether no other tab has this lock, which is held until what is stored has come to all tabs. */
function isFirst(name) {
  // By http there are no locks, and no notifications either: at worst it sounds twice.
  if (!navigator.locks) return true;
  return new Promise((resolve) => {
    navigator.locks.request(name, { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      return lock && new Promise((done) => setTimeout(done, HELD));
    });
  });
}

/** What is to be said of messages: nothing of those that were heard or deleted meanwhile. */
async function ask(ids) {
  const query = new URLSearchParams(ids.map((id) => ["message", id]));
  const answer = await fetch(`/notifications?${query}`).catch(() => null);
  if (!answer?.ok || answer.redirected) return [];
  return (await answer.json()).notifications;
}

function show({ id, title, text, address }) {
  const options = { body: text, tag: id, lang: document.documentElement.lang, silent: true };
  const notification = new Notification(title, options);
  notification.addEventListener("click", () => {
    window.focus();
    notification.close();
    open(address);
  });
}

/** Open a page of ours as a link would: what is played goes on. */
function open(address) {
  const link = document.createElement("a");
  link.href = address;
  link.hidden = true;
  find("#page").append(link);
  htmx.process(link);
  link.click();
}

/** Browsers let a page sound only where somebody has clicked or typed in it. */
const maySound = () => navigator.userActivation?.hasBeenActive ?? true;

function sound() {
  const context = new AudioContext();
  for (const [after, frequency] of TONES) {
    const begin = context.currentTime + after;
    const tone = new OscillatorNode(context, { frequency });
    const volume = new GainNode(context, { gain: 0 });
    volume.gain.setValueAtTime(0, begin);
    volume.gain.linearRampToValueAtTime(VOLUME, begin + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.001, begin + TONE_SECONDS);
    tone.connect(volume).connect(context.destination);
    tone.start(begin);
    tone.stop(begin + TONE_SECONDS);
    if (after === TONES.at(-1)[0]) tone.addEventListener("ended", () => context.close());
  }
}

/* The switches, under “My account” */

document.addEventListener("change", async ({ target }) => {
  const { tells } = target.dataset;
  if (!tells) return;
  remember(tells, target.checked);
  if (target.checked && tells === "sound") sound();
  if (target.checked && tells === "notification") await askLeave();
  settle();
});

/** Ask the person, once; show at once what it will look like. */
async function askLeave() {
  if ((await Notification.requestPermission()) !== "granted") return remember("notification", false);
  const { sampleTitle, sample } = find("[data-notifications]").dataset;
  try {
    show({ id: "sample", title: sampleTitle, text: sample, address: location.pathname });
  } catch {
    showsNone = true; // browsers of telephones: they have notifications, and none for pages
    remember("notification", false);
  }
}

function settle() {
  const section = find("[data-notifications]");
  if (!section) return;
  const state = permission();
  for (const box of all("[data-tells]", section)) box.checked = isOn(box.dataset.tells);
  const box = find("[data-tells=notification]", section);
  box.disabled = state === "insecure" || state === "missing";
  if (state !== "granted") box.checked = false;
  find("[data-why]", section).textContent = section.dataset[state] ?? "";
}

document.addEventListener("htmx:after:swap", settle);
document.addEventListener("visibilitychange", settle);
addEventListener("storage", settle);
settle();
