// Where the customer writes: the field, its limit, the files chosen, and what was refused.

import { keep, page, recall, setText } from "./page.js";
import { choosing } from "./photos.js";
import { profile, ready } from "./status.js";

const SAY = {
  over: (n) => `内容超出 ${n} 字，请删减后再发送。`,
  count: (n, max) => `${n} / ${max} 字`,
};

let say = () => {};
/** Called with a line that was written, and the files that go with it. */
export const whenWritten = (act) => { say = act; };

export const photos = choosing({ refuse: showRefusal, changed: fitInput });

const limit = () => Number(profile.max_text) || 1_000;
const length = (text) => [...text].length; // as the server counts: characters, not UTF-16 units

export function fitInput() {
  const { input, count } = page;
  input.style.height = "auto";
  input.style.height = `${input.scrollHeight + input.offsetHeight - input.clientHeight}px`;
  const used = length(input.value.trim());
  count.hidden = used < limit() * 0.8;
  count.textContent = SAY.count(used, limit());
  count.classList.toggle("over", used > limit());
  page.attach.disabled = !ready;
  page.send.disabled = !ready || photos.isBusy() || (!used && !photos.count());
  keep("sessionStorage", "draft", input.value || null);
}

export function showRefusal(words) {
  setText(page.refusal, words);
  page.input.setAttribute("aria-invalid", String(Boolean(words)));
  if (words) page.input.focus();
}

/** A line that could not be sent comes back above what is being written. */
export function takeBack(text) {
  const typed = page.input.value;
  page.input.value = text + (typed ? `\n${typed}` : "");
  fitInput();
}

/** What was being written when this tab was last here. */
export function restoreDraft() {
  page.input.value = recall("sessionStorage", "draft") ?? page.input.value;
  fitInput();
}

function submit() {
  const text = page.input.value.trim();
  if (!ready || photos.isBusy() || (!text && !photos.count())) return;
  if (length(text) > limit()) {
    showRefusal(SAY.over(length(text) - limit()));
    return;
  }
  page.input.value = "";
  showRefusal("");
  const files = photos.give();
  fitInput();
  if (!files.length) say({ text });
  else say({ text, attachments: files.map(({ id, name }) => ({ id, name })) }, files);
}

page.form.addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});
page.input.addEventListener("keydown", (event) => {
  // While an input method composes, Enter picks a word. Safari ends composing first but says 229.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  if (!event.repeat) submit();
});
page.input.addEventListener("input", () => {
  showRefusal("");
  fitInput();
});
page.input.addEventListener("paste", (event) => {
  const files = [...(event.clipboardData?.files ?? [])];
  if (!files.length) return;
  event.preventDefault();
  photos.take(files);
});
page.send.addEventListener("mousedown", (event) => event.preventDefault()); // keeps a phone's keyboard open
