// What the page does beyond htmx: the question before something is deleted, notices with a way back,
// what screen readers are told, and where the keyboard's focus goes when the page changes under it.

import "./keys.js";
import { anchorRow, holdRow, keepRows, letRowGo, letRowsMove, shownRows } from "./live.js";
import { clearSelection, forgetFound, questionFor, renewFound } from "./selection.js";

const find = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];

const TOAST_SECONDS = 12;

/* Notices */

const toasts = find("#toasts");
const announcer = find("#announcer");
let toastTimer = 0;

/** Tell screen readers, also what they were told just before. */
function say(words) {
  announcer.replaceChildren(words);
}

function toast(notice) {
  toasts.replaceChildren(notice);
  say(find("p", notice).textContent);
  clearTimeout(toastTimer);
  toastTimer = setTimeout(dismiss, TOAST_SECONDS * 1000);
}

function dismiss() {
  if (find(":hover, :focus-within", toasts)) toastTimer = setTimeout(dismiss, 2000);
  else toasts.replaceChildren();
}

function tell(sentence) {
  const notice = document.createElement("div");
  notice.className = "notice";
  notice.append(document.createElement("p"));
  notice.firstChild.textContent = sentence;
  toast(notice);
}

/** A notice in the page becomes one that stays while the page changes. */
function liftNotice() {
  const notice = find("#page [data-toast]");
  if (notice) toast(notice);
}

/* The question before something that cannot be taken for granted: hx-confirm */

const dialog = find("#confirm");

document.addEventListener("htmx:confirm", async (event) => {
  const { ctx, issueRequest, dropRequest } = event.detail;
  event.preventDefault();
  const question = questionFor(ctx.sourceElement) ?? ctx.confirm;
  if (await ask(question, ctx.sourceElement.dataset.confirmButton)) issueRequest();
  else dropRequest();
});

/** Whether somebody says yes to a question; what is done then is hard to undo, or is not. */
function ask(question, button, isDangerous = true) {
  const yes = find("button[value=yes]", dialog);
  find("p", dialog).textContent = question;
  yes.textContent = button || yes.dataset.label;
  yes.classList.toggle("danger", isDangerous);
  yes.classList.toggle("primary", !isDangerous);
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

/* Fields */

document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-theme-choice]")) chooseTheme(target.value);
  if (target.matches("[data-submits]")) target.form.requestSubmit();
  if (target.matches("[data-largest]")) refuseLarge(target);
});

/** A file that the server would refuse is not sent to it in vain. */
function refuseLarge(field) {
  if (![...field.files].some((file) => file.size > field.dataset.largest)) return;
  field.value = "";
  tell(field.dataset.tooLarge);
}

/* Light and dark */

function chooseTheme(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  try {
    localStorage.setItem("voicepost-theme", theme);
  } catch {
    // Then it lasts until the page is loaded again.
  }
}

/* A click with a modifier is the browser's: a new tab, a new window. htmx would only swallow it. */

addEventListener(
  "click",
  (event) => {
    const modified = event.ctrlKey || event.metaKey || event.shiftKey;
    if (modified && event.target.closest?.("a[href]")) event.stopPropagation();
  },
  { capture: true },
);

/* Requests */

const underway = new Set();

document.addEventListener("htmx:config:request", (event) => {
  const { sourceElement, request } = event.detail.ctx;
  if (request.method === "GET" && request.body) {
    for (const [name, value] of [...request.body]) if (value === "") request.body.delete(name);
  }
  // What changes something is not sent twice by a second click.
  if (request.method === "POST") {
    if (underway.has(sourceElement)) event.preventDefault();
    underway.add(sourceElement);
  }
});

document.addEventListener("htmx:finally:request", ({ detail }) => underway.delete(detail.ctx.sourceElement));

document.addEventListener("htmx:error", ({ detail }) => {
  // What the page fetches on its own may fail without a word: it will be fetched again.
  if (detail.ctx && !isRefresh(detail.ctx)) tell(document.body.dataset.offline);
});

const isRefresh = (ctx) => ctx.sourceEvent?.type === "news" || ctx.sourceElement?.id === "news";

/* The page changes */

let before = { path: location.pathname, rows: [], shown: [], news: "" };

document.addEventListener("htmx:before:swap", (event) => {
  const { ctx, tasks } = event.detail;
  if (ctx.swap === "none") return;
  const main = tasks.find((task) => task.type === "main");
  const { url, ok, redirected } = ctx.response.raw;
  const isElsewhere = main && !main.fragment.childElementCount;
  const isLoggedOut = redirected && new URL(url).pathname === "/login";
  if (isElsewhere || isLoggedOut) {
    event.preventDefault();
    // What is none of our pages, or begins with logging in, is for the browser to load.
    if (isRefresh(ctx)) return;
    if (ok && ctx.request.method === "GET") location.assign(url);
    else tell(document.body.dataset.failed);
    return;
  }
  if (ctx.response.raw.status === 503 && (isRefresh(ctx) || ctx.request.method !== "GET")) {
    // The page stays, with what was typed: it is only for a moment.
    event.preventDefault();
    const told = find(".empty p", main.fragment)?.textContent;
    if (!isRefresh(ctx)) tell(told ?? document.body.dataset.failed);
    return;
  }
  if (isRefresh(ctx)) {
    const isLate = isOutOfDate(ctx);
    if (!ok || isLate) event.preventDefault();
    if (isLate) document.body.dispatchEvent(new Event("news")); // for the list that is open now
    if (event.defaultPrevented) return;
  }
  const done = ctx.request.method === "POST" ? ctx.sourceElement.closest(".message, #toasts") : null;
  if (main && ok && (done || isRefresh(ctx))) keepRows(main.fragment, done);
  before = {
    path: location.pathname,
    rows: rowsToReturnTo(ctx),
    shown: shownRows(),
    news: newCount(),
  };
  if (isRefresh(ctx)) holdRow(anchorRow());
});

/** Whether somebody has gone on to another list while what news asked for was on its way. */
function isOutOfDate({ sourceElement, request }) {
  const address = sourceElement.isConnected && sourceElement.getAttribute("hx-get");
  if (address === null) return false;
  return address === false || new URL(address, location).href !== new URL(request.action, location).href;
}

const newCount = () => find("#nav-messages .count")?.textContent ?? "";

/** Tell those who cannot see it that messages have come: who, where they are in the list. */
function announceNew() {
  const come = all(".message.is-new").filter(({ id }) => !before.shown.includes(id));
  const count = newCount();
  if (come.length === 1) {
    say(announcer.dataset.new.replace("{who}", come[0].dataset.title));
  } else if (come.length || parseInt(count, 10) > (parseInt(before.news, 10) || 0)) {
    say(count);
  }
}

/**
 * The ids of rows to focus when nothing else has the focus any more: what is undone or, else, the
 * row that something is done to and its neighbours, the following ones first.
 */
function rowsToReturnTo(ctx) {
  const form = ctx.sourceElement?.form ?? ctx.sourceElement;
  if (form?.matches("#toasts form")) {
    return new FormData(form).getAll("message").map((id) => `message-${id}`);
  }
  const rows = all(".message");
  const row = form?.matches("#selected")
    ? find(".message:has(:checked)")
    : document.activeElement?.closest(".message");
  const at = rows.indexOf(row);
  return at < 0 ? [] : [...rows.slice(at), ...rows.slice(0, at).reverse()].map(({ id }) => id);
}

document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  if (ctx.swap === "none") return;
  if (ctx.request?.method === "POST" && ctx.sourceElement?.form?.matches("#selected")) {
    clearSelection();
  }
  settle();
  letRowGo();
  if (isRefresh(ctx)) {
    renewFound();
    announceNew();
  } else {
    forgetFound();
    letRowsMove();
  }
  if (!isRefresh(ctx)) showSection();
  if (before.path !== location.pathname) say(ctx.title);
  const focused = document.activeElement;
  if (focused && focused !== document.body && focused.checkVisibility()) return;
  const row = before.rows.map((id) => document.getElementById(id)).find(Boolean);
  if (row) find(".play", row).focus();
  else if (!isRefresh(ctx)) focusHeading();
});

function focusHeading() {
  const target = find("#main [data-focus]") ?? find("#main h1");
  if (!target) return;
  target.tabIndex = -1;
  target.focus({ preventScroll: !target.matches("[data-focus]") });
}

function settle() {
  liftNotice();
  const theme = find("[data-theme-choice]");
  if (theme) theme.value = document.documentElement.dataset.theme ?? "";
}

/** Where the sections stand side by side, the one that is open may be out of sight. */
function showSection() {
  const nav = find(".main-nav");
  const current = nav && find("[aria-current]", nav);
  if (current) nav.scrollLeft = current.offsetLeft - (nav.clientWidth - current.offsetWidth) / 2;
}

settle();
showSection();

/* How far a long download has come */

const ASK_AGAIN = 1000; // milliseconds

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-zip]");
  if (!link) return;
  event.preventDefault();
  download(link.href, link.dataset);
});

/** Ask whether it is not too much; then begin, and tell how far it is. */
async function download(href, words) {
  const answer = await fetch(words.zip).catch(() => null);
  if (!answer?.ok || answer.redirected) {
    return tell(document.body.dataset[answer ? "failed" : "offline"]);
  }
  const { question } = await answer.json();
  if (!(await ask(question, words.zipButton, false))) return;
  const key = Math.random().toString(36).slice(2);
  const link = document.createElement("a");
  link.href = href;
  link.search += `${link.search ? "&" : "?"}key=${key}`;
  link.download = ""; // whatever comes, this page stays, and what is played goes on
  link.click();
  follow(key, words);
}

/** Tell how far it is until it is over; the server may not have heard of it yet. */
async function follow(key, words) {
  for (let unheard = 0; unheard < 10; ) {
    await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN));
    const answer = await fetch(`/messages/export/progress?key=${key}`).catch(() => null);
    const progress = answer?.ok ? await answer.json() : { state: "unknown" };
    if (progress.state === "complete") return tell(words.zipComplete);
    if (progress.state === "broken off") return tell(words.zipBrokenOff);
    if (progress.state === "unknown") unheard += 1;
    else tell(words.zipUnderWay.replace("{done}", progress.done).replace("{total}", progress.total));
  }
}

// What was typed before htmx listened would be searched for by nobody.
addEventListener("load", () => {
  const search = find("#search");
  if (search && search.value !== search.defaultValue) search.form.requestSubmit();
});
