// The elements of the page, and what it remembers in the browser.

import { $ } from "/common/tools.js";

export const page = {
  title: $("title"), state: $("state"), stateWord: $("state-word"), hours: $("hours"), hotline: $("hotline"),
  scroll: $("scroll"), log: $("log"), loading: $("loading"), trouble: $("trouble"), troubleWords: $("trouble-words"),
  typing: $("typing"), typingWord: $("typing-word"), news: $("news"), form: $("form"), input: $("input"),
  attach: $("attach"), file: $("file"), photos: $("photos"), send: $("send"), count: $("count"), refusal: $("refusal"), menuKey: $("menu-key"), menu: $("menu-list"), ask: $("ask"),
};

// one desk may serve several centres: /?profile=gas is the page of one of them
export const CENTRE = new URLSearchParams(location.search).get("profile") ?? "";
const OWN = CENTRE ? `seatmate.${CENTRE}.` : "seatmate.";

/** Storage that may be forbidden (private windows): then the page simply forgets. */
export function keep(area, key, value) {
  try {
    if (value === null) window[area].removeItem(OWN + key);
    else window[area].setItem(OWN + key, JSON.stringify(value));
  } catch { /* forgetting is acceptable */ }
}
export function recall(area, key) {
  try {
    return JSON.parse(window[area].getItem(OWN + key));
  } catch {
    return null;
  }
}

export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
  element.hidden = !text;
}
