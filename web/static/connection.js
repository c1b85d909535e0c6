// A quiet bar while the stream of news (#news) does not reach this page. The words are the bar's
// own `data-…` attributes; that the stream ends now and then and begins anew is no loss.

/** Milliseconds that it may be away without a word: the page is being left, the service restarts. */
const GRACE = 2000;
/** Milliseconds until a stream that did not even begin is asked for again. */
const AGAIN = 5000;

const stream = document.querySelector("#news");
const bar = document.querySelector("#connection");

let connection = null;
let isLost = false;
let hasEnded = false;
let timer = 0;

function lose(status) {
  isLost = true;
  hasEnded = status === 401;
  if (hasEnded) tellEnd();
  else timer ||= setTimeout(() => (bar.textContent = bar.dataset.lost), GRACE);
}

function tellEnd() {
  const link = document.createElement("a");
  link.href = `/login?next=${encodeURIComponent(location.pathname + location.search)}`;
  link.textContent = bar.dataset.login;
  clearTimeout(timer);
  bar.replaceChildren(bar.dataset.ended, " ", link);
}

function regain() {
  if (!isLost) return;
  isLost = hasEnded = false;
  clearTimeout(timer);
  timer = 0;
  bar.textContent = "";
  document.body.dispatchEvent(new Event("news")); // whatever was missed: the list fetches itself
}

function begin() {
  hasEnded = false;
  stream.dispatchEvent(new Event("connect"));
}

function fail(status) {
  lose(status);
  if (!hasEnded) setTimeout(begin, AGAIN);
}

stream.addEventListener("htmx:sse:before:connection", (event) => {
  connection = event.detail.connection;
  if (hasEnded) event.preventDefault(); // asking on would be refused for ever
});
stream.addEventListener("htmx:sse:after:connection", regain);
stream.addEventListener("ended", () => lose(401));
stream.addEventListener("htmx:sse:error", ({ detail }) => lose(detail.status));

// The very first request is htmx's own, which does not try again.
stream.addEventListener("htmx:error", () => fail());
stream.addEventListener("htmx:before:response", (event) => {
  const { ok, status } = event.detail.ctx.response.raw;
  if (ok) return;
  event.preventDefault();
  fail(status);
});

// The browser knows before any time-out does.
addEventListener("offline", () => lose());
addEventListener("online", () => {
  connection?.reader?.cancel();
  connection?.delayCanceller?.();
});

// In another tab somebody may have logged in again.
document.addEventListener("visibilitychange", () => {
  if (hasEnded && !document.hidden) begin();
});
