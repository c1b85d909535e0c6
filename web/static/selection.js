// Messages that are selected: ticked one by one, all of the page, or all that the list finds.

const find = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];

const boxes = () => all("#page [name=message]:not(:disabled)");
const written = (number) => new Intl.NumberFormat(document.documentElement.lang).format(number);

let lastPicked = null;
/** What the server counted for this list: `count`, and the `mark` of exactly these messages. */
let counted = null;
/** Whether all of these are selected. */
let isFound = false;

/** Show how many are selected. */
export function showSelection() {
  const every = find("[data-pick-all]");
  if (!every) return;
  // What has left the list is selected no more, also when it is back.
  for (const box of all("#page [name=message]:disabled")) box.checked = false;
  const list = boxes();
  const picked = list.filter((box) => box.checked).length;
  every.checked = picked > 0 && picked === list.length;
  every.indeterminate = picked > 0 && picked < list.length;
  const output = find("#selected output");
  const words = isFound ? output.dataset.all : picked ? output.dataset.words : "";
  const told = words.replace("{n}", written(isFound ? counted.count : picked));
  if (output.textContent !== told) output.textContent = told;
  offerFound(every.checked && !isFound);
}

/** Select nothing. */
export function clearSelection() {
  for (const box of boxes()) box.checked = false;
}

/** The list is another one now: what it finds in all is not known, and not selected any more. */
export function forgetFound() {
  counted = null;
  isFound = false;
  showSelection();
}

/** The question before something is done to what is selected, where it is one of its own. */
export function questionFor({ dataset }) {
  return isFound ? dataset.confirmFound?.replace("{n}", written(counted.count)) : undefined;
}

/** News have come: what is found stays selected while it is the same, and is let go otherwise. */
export async function renewFound() {
  showSelection();
  const told = counted && (await count());
  if (told?.mark === counted?.mark) return;
  counted = told;
  isFound = false;
  showSelection();
}

/** Offer what the list finds on its other pages, too, once it is counted. */
async function offerFound(isOffered) {
  const button = find("[data-pick-found]");
  if (!button) return;
  button.hidden = !isOffered || !counted;
  if (counted) button.textContent = button.dataset.words.replace("{n}", written(counted.count));
  if (!isOffered || counted) return;
  counted = await count();
  if (counted) showSelection();
}

/** What the list that is shown finds; null where nobody can tell, or it is another one by now. */
async function count() {
  const address = find("[data-pick-found]")?.dataset.pickFound;
  if (!address) return null;
  const answer = await fetch(address).catch(() => null);
  const told = answer?.ok && !answer.redirected ? await answer.json() : null;
  return find("[data-pick-found]")?.dataset.pickFound === address ? told : null;
}

// However the form is sent. A field of it would lose its value whenever the list is refreshed.
document.addEventListener("formdata", ({ target, formData }) => {
  if (isFound && target.id === "selected") formData.set("found", counted.mark);
});

function pick(box, shift) {
  const list = boxes();
  const from = list.indexOf(lastPicked);
  const to = list.indexOf(box);
  if (shift && from >= 0) {
    for (const between of list.slice(Math.min(from, to), Math.max(from, to))) {
      between.checked = box.checked;
    }
  }
  lastPicked = box;
}

document.addEventListener("click", ({ target, shiftKey }) => {
  if (!(target instanceof Element)) return;
  if (target.matches("#page [name=message]")) pick(target, shiftKey);
  if (target.closest("[data-pick-none]")) {
    clearSelection();
    isFound = false;
    showSelection();
    find("[data-pick-all]").focus();
  }
  if (target.closest("[data-pick-found]")) {
    isFound = counted !== null;
    find("#selected output").focus();
    showSelection();
  }
});

// Not at the click, which comes first: the box that selects all would be set back before it acts.
document.addEventListener("change", ({ target }) => {
  if (!target.matches("[data-pick-all], #page [name=message]")) return;
  if (target.matches("[data-pick-all]")) for (const box of boxes()) box.checked = target.checked;
  isFound = false;
  showSelection();
});

showSelection(); // a browser may have kept what was ticked before a reload
