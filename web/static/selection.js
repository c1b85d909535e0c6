// Messages that are selected: ticked one by one, all of the page, or all that the list finds.

const find = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];

const boxes = () => all("#page [name=message]:not(:disabled)");
const written = (number) => new Intl.NumberFormat(document.documentElement.lang).format(number);

let lastPicked = null;
/** What the server counted for this list: `count`, and the `mark` of exactly these messages. */
let counted = null;

/** Show how many are selected. */
export function showSelection() {
  const every = find("[data-pick-all]");
  if (!every) return;
  const list = boxes();
  const picked = list.filter((box) => box.checked).length;
  every.checked = picked > 0 && picked === list.length;
  every.indeterminate = picked > 0 && picked < list.length;
  const isFound = hasFound();
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
  letGo();
  showSelection();
}

/** News have come: what is found stays selected while it is the same, and is let go otherwise. */
export async function renewFound() {
  if (hasFound()) keepFound();
  showSelection();
  const told = counted && (await count());
  if (told?.mark === counted?.mark) return;
  counted = told;
  letGo();
  showSelection();
}

const field = () => find("#selected [name=found]");
const hasFound = () => Boolean(field()?.value);

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

function takeFound() {
  field().value = counted.mark;
  keepFound();
  find("#selected output").focus();
}

/** The question before deleting speaks of all of them. */
function keepFound() {
  const remove = find("#selected [data-confirm-found]:not([data-confirm-picked])");
  if (!remove) return;
  remove.dataset.confirmPicked = remove.getAttribute("hx-confirm");
  remove.setAttribute("hx-confirm", remove.dataset.confirmFound.replace("{n}", written(counted.count)));
}

function letGo() {
  const remove = find("#selected [data-confirm-picked]");
  if (remove) {
    remove.setAttribute("hx-confirm", remove.dataset.confirmPicked);
    delete remove.dataset.confirmPicked;
  }
  if (field()) field().value = "";
}

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
    letGo();
    showSelection();
    find("[data-pick-all]").focus();
  }
  if (target.closest("[data-pick-found]")) {
    takeFound();
    showSelection();
  }
});

// Not at the click, which comes first: the box that selects all would be set back before it acts.
document.addEventListener("change", ({ target }) => {
  if (!target.matches("[data-pick-all], #page [name=message]")) return;
  if (target.matches("[data-pick-all]")) for (const box of boxes()) box.checked = target.checked;
  letGo();
  showSelection();
});

showSelection(); // a browser may have kept what was ticked before a reload
