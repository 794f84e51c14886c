// What every page of the console does while something is read: wait, fail with a retry, or nothing.

import { make, Problem } from "/desk/core.js";

const SHOW_WAITING_AFTER = 200; // ms; quicker than this, a word that comes and goes only flickers

/** Something that is not there, and what to do first. */
export const empty = (words, hint) => make("div", { className: "empty tall" }, make("p", { text: words }), hint ? make("p", { className: "soft", text: hint }) : null);

/** Reads, then draws into `place`; a later `fill` of the same place wins. Returns what was read. */
export async function fill(place, read, draw) {
  const turn = (place.turn ?? 0) + 1;
  place.turn = turn;
  place.setAttribute("aria-busy", "true");
  const timer = setTimeout(() => {
    if (place.turn === turn && !place.childElementCount) place.replaceChildren(make("p", { className: "empty tall", text: "正在读取…" }));
  }, SHOW_WAITING_AFTER);
  try {
    const found = await read();
    if (place.turn !== turn) return null;
    place.replaceChildren(...[draw(found)].flat().filter(Boolean));
    return found;
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    if (place.turn === turn) place.replaceChildren(failed(problem, () => fill(place, read, draw)));
    return null;
  } finally {
    clearTimeout(timer);
    if (place.turn === turn) place.removeAttribute("aria-busy");
  }
}

/** What went wrong, and a key that tries again. */
export const failed = (problem, again) => make("div", { className: "empty tall", role: "alert" },
  make("p", { className: "bad", text: problem.message || problem.title }),
  make("button", { type: "button", text: "重试", on: again }));
