// The account's menu, and the keys that there are.

import { isFree } from "./player/keys.js";

const find = (selector, within = document) => within.querySelector(selector);

document.addEventListener("click", (event) => {
  const { target } = event;
  if (!(target instanceof Element)) return;
  if (target.closest("[data-show-keys]")) showKeys();
  const account = find(".account[open]");
  if (account && !account.contains(target)) account.open = false;
});

document.addEventListener("keydown", (event) => {
  const account = find(".account[open]");
  if (event.key === "Escape" && account) {
    account.open = false;
    find("summary", account).focus();
  }
  if (event.key === "?" && isForPage(event)) showKeys();
});

const isForPage = ({ target, ctrlKey, metaKey, altKey }) => !ctrlKey && !metaKey && !altKey && isFree(target);

function showKeys() {
  const account = find(".account[open]");
  if (account) {
    account.open = false;
    find("summary", account).focus();
  }
  find("#keys")?.showModal();
}
