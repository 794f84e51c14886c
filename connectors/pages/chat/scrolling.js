// The log's place in the window: the newest line stays in sight while the reader is at the end.

import { page } from "./page.js";

export let stuck = true; // the reader is at the end, and wants to stay there
let seenHeight = 0;

const bottomGap = () => page.scroll.scrollHeight - page.scroll.scrollTop - page.scroll.clientHeight;
export const nearBottom = () => bottomGap() < 60;

export function toBottom() {
  stuck = true;
  page.scroll.scrollTop = page.scroll.scrollHeight;
  page.news.hidden = true;
}

/** To the bottom, but never past the first words of an answer taller than the window. */
export function toStartOf(element) {
  const top = element.offsetTop - page.scroll.offsetTop - 8;
  page.scroll.scrollTop = Math.min(page.scroll.scrollHeight, top);
  stuck = nearBottom();
}

page.scroll.addEventListener("scroll", () => {
  if (page.scroll.clientHeight !== seenHeight) return; // the window shrank (a keyboard, a longer draft): nobody scrolled
  stuck = nearBottom();
  if (stuck) page.news.hidden = true;
}, { passive: true });
page.news.addEventListener("click", () => {
  toBottom();
  page.scroll.focus({ preventScroll: true });
});
new ResizeObserver(() => {
  seenHeight = page.scroll.clientHeight;
  if (stuck) page.scroll.scrollTop = page.scroll.scrollHeight;
}).observe(page.scroll);
