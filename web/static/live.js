// What news do to the list that is open. Rows are added and marked, and none is moved or removed
// until somebody asks for the list again: what was under the mouse stays there. So it is when
// something is done to one of the rows: the others stay.

const find = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const rowsOf = (list) => all(".message", list);

/** What was told last of each message: "deleted", "restored", … */
const told = new Map();

document.body.addEventListener("news", ({ detail }) => {
  if (!detail?.data) return;
  const { id, kind } = JSON.parse(detail.data);
  told.set(id, kind);
});

/** The ids of the rows that are shown. */
export const shownRows = () => rowsOf(document).map((row) => row.id);

/**
 * Put the rows that are shown and missing in the new page into it, each in its place.
 * @param {DocumentFragment} fragment  holds the page that is about to take the place of this one
 * @param {Element | null} done  the row that something was done to, which may go
 */
export function keepRows(fragment, done = null) {
  const list = find("#main .messages");
  const main = find("#main", fragment);
  if (!list || !main || addressOf(fragment) !== addressOf(document)) return;
  const fresh = find(".messages", main);
  if (!fresh) return keepAll(list, main, done);
  const known = new Set([...rowsOf(fresh), done].map((row) => row?.id));
  const last = find("[rel=next]", main) && rowsOf(fresh).at(-1);
  // After many have come at once, the next page begins with those between them and what is shown.
  const isWhole = rowsOf(list).some((row) => known.has(row.id));
  for (const row of rowsOf(list).filter((one) => !known.has(one.id))) {
    const kept = row.cloneNode(true);
    // What only stands further down than one page reaches has not left the list.
    if (!last || !follows(row, last, list)) leave(kept, list);
    else if (isWhole) keepEnd(main);
    insert(kept, row, fresh);
  }
}

/** Where the list that a page shows is asked for again. */
const addressOf = (page) => find("[data-list-news]", page)?.getAttribute("hx-get");

/** Nothing is left of the list, which is shown all the same. */
function keepAll(list, main, done) {
  const kept = list.cloneNode(true);
  for (const row of rowsOf(kept)) {
    if (row.id === done?.id) row.remove();
    else leave(row, list);
  }
  for (const section of all("section:not(:has(.message))", kept)) section.remove();
  if (rowsOf(kept).length) find(".empty", main)?.replaceWith(kept);
}

/** The list goes on where the page that is shown ends. */
function keepEnd(main) {
  const shown = find("#main .pages");
  if (shown) find(".pages", main)?.replaceWith(shown.cloneNode(true));
}

/** Mark a row whose message has left the list. */
function leave(row, list) {
  const kind = told.get(row.dataset.message);
  const isWord = kind && list.dataset[wordOf(kind)];
  const word = list.dataset[wordOf(isWord ? kind : list.dataset.gone)];
  row.classList.remove("is-new");
  find(".caller a > .visually-hidden", row)?.remove();
  if (!word || row.classList.contains("is-gone")) return;
  const badge = document.createElement("span");
  badge.className = "badge gone";
  badge.textContent = word;
  row.classList.add("is-gone");
  row.append(badge);
  find("[name=message]", row).disabled = true;
}

const wordOf = (kind) => `word${kind[0].toUpperCase()}${kind.slice(1)}`;

/** @param {Element} row  as it is shown, of which `kept` is a copy */
function insert(kept, row, fresh) {
  const section = sectionOf(row, fresh);
  const next = rowsOf(section).find((other) => follows(other, row, fresh));
  if (next) next.before(kept);
  else find("ol", section).append(kept);
}

/** The day of a row in the new list; made there where no other message is of that day. */
function sectionOf(row, fresh) {
  const shown = row.closest("section");
  const day = shown.getAttribute("aria-labelledby");
  const sections = all("section", fresh);
  const there = sections.find((section) => section.getAttribute("aria-labelledby") === day);
  if (there) return there;
  const section = shown.cloneNode(true);
  find("ol", section).replaceChildren();
  const isOldestFirst = fresh.dataset.order === "oldest";
  const next = sections.find((other) => {
    const its = other.getAttribute("aria-labelledby");
    return isOldestFirst ? its > day : its < day;
  });
  if (next) next.before(section);
  else fresh.append(section);
  return section;
}

/** Whether a row stands below another one, in the order of the list. */
function follows(row, other, list) {
  const difference = BigInt(row.dataset.place) - BigInt(other.dataset.place);
  return list.dataset.order === "oldest" ? difference > 0n : difference < 0n;
}

/* Where rows are on the screen */

/** Milliseconds without a movement after which nobody is about to click. */
const AWAY = 5 * 60 * 1000;

let active = performance.now();
for (const event of ["pointermove", "pointerdown", "keydown", "wheel"]) {
  addEventListener(event, () => (active = performance.now()), { passive: true });
}

/**
 * The row that must not move: under the mouse, with the focus, or the first that is seen. For
 * nobody, who has left the mouse lying on the list, none: new ones are to be seen on return.
 */
export function anchorRow() {
  const listens = find("voice-player audio")?.paused === false;
  if (!listens && performance.now() - active > AWAY) return null;
  const scrolled = scrollY > 0 ? rowsOf(document) : [];
  const row =
    find(".message:hover") ??
    find(".message:has(:focus-visible)") ??
    scrolled.find((one) => one.getBoundingClientRect().bottom > 0);
  return row ? { id: row.id, top: row.getBoundingClientRect().top } : null;
}

let holding = null;

/** Hold the row while the page changes, before anybody sees a change; until it is let go. */
export function holdRow(anchor) {
  letRowGo();
  holding = new MutationObserver(() => putBack(anchor));
  holding.observe(find("#page"), { attributes: true, childList: true, subtree: true });
}

export function letRowGo() {
  holding?.disconnect();
}

/** Scroll so that the row is where it was; make room below, where there is too little to scroll. */
function putBack(anchor) {
  const row = anchor && document.getElementById(anchor.id);
  const moved = row ? row.getBoundingClientRect().top - anchor.top : 0;
  if (!moved) return;
  const { scrollHeight, clientHeight, style } = document.documentElement;
  const lacking = Math.ceil(moved) + 1 - (scrollHeight - clientHeight - scrollY); // parts of pixels
  if (lacking > 0) style.setProperty("--room", `${room() + lacking}px`);
  scrollBy({ top: moved, behavior: "instant" });
}

/** Nothing is held any more. */
export function letRowsMove() {
  document.documentElement.style.removeProperty("--room");
}

const room = () => parseFloat(document.documentElement.style.getPropertyValue("--room")) || 0;
