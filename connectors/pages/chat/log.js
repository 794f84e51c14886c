// What was said, in the order it is shown; each message once, from whichever way it came first.

import { list, str } from "/common/tools.js";
import { draw } from "./drawing.js";
import { page, setText } from "./page.js";
import { shownText } from "./photos.js";
import { nearBottom, toBottom, toStartOf } from "./scrolling.js";
import { notice, ready, setTyping } from "./status.js";

const TIME_GAP = 5 * 60_000;
export const LAST = 1e12; // shown after everything that has a place
const PAST = 1e9; // pushes an earlier conversation above the present one

/**
 * An entry is one line: {order, seq, sender, text, buttons, sources, card, at, el, …}.
 * A customer's line also has {id, outgoing, status: queued | sending | failed | sent, confirmed()}.
 * `order` is the server's seq once known. A line being sent sits half a step after the newest one
 * known; lines still waiting sit at the end, so an answer appears under the line it answers.
 */
export const entries = [];
const bySeq = new Map();
export let newestSeq = 0;
let counter = 0;

export const afterNewest = () => newestSeq + 0.5 + ++counter * 1e-7;
export const atTheEnd = () => LAST + ++counter;

export function place(entry) {
  const from = entries.indexOf(entry);
  if (from >= 0) entries.splice(from, 1);
  let to = entries.length;
  while (to > 0 && entries[to - 1].order > entry.order) to--;
  entries.splice(to, 0, entry);
  if (from !== to) page.log.insertBefore(entry.el, entries[to + 1]?.el ?? null);
}

export function drop(entry) {
  const at = entries.indexOf(entry);
  if (at >= 0) entries.splice(at, 1);
  entry.el.remove();
}

/** The numbers of an earlier conversation mean nothing in the next. */
export function forgetSeqs() {
  bySeq.clear();
  newestSeq = 0;
}

/** Moves an entry above the conversation that begins now. */
export function makePast(entry) {
  entry.past = true;
  entry.order -= PAST;
}

/** Takes a message of the server's, from whichever of the three ways it came first. */
export function receive(message, { old = false } = {}) {
  const seq = Number(message?.seq);
  if (!Number.isFinite(seq) || bySeq.has(seq)) return;
  newestSeq = Math.max(newestSeq, seq);
  const at = new Date(message.at);
  const known = {
    seq, order: seq, sender: str(message.sender), text: str(message.text), buttons: list(message.buttons),
    sources: list(message.sources), card: message.card ?? null, files: list(message.attachments), at: Number.isNaN(at.getTime()) ? new Date() : at,
  };
  const mine = message.message_id && entries.find((entry) => entry.id === message.message_id && !entry.seq);
  if (mine) {
    bySeq.set(seq, mine);
    confirmLine(mine, known);
    return;
  }
  const entry = { ...known, id: message.message_id, status: "sent" };
  bySeq.set(seq, entry);
  add(entry, { old, follow: false });
  if (known.sender === "customer") return;
  if (known.sender !== "system") setTyping(false); // a notice answers nothing
  if (!old) notice();
}

/** The server has the line: from now on its text, time and place are the server's. */
function confirmLine(entry, known) {
  Object.assign(entry, known);
  if (entry.textEl && known.text) setText(entry.textEl, shownText(known.text, known.files));
  entry.confirmed();
  place(entry);
  decorate();
}

export function add(entry, { old = false, follow = false } = {}) {
  const stick = follow || nearBottom();
  entry.el = draw(entry);
  place(entry);
  decorate();
  if (old) return;
  if (follow) toBottom();
  else if (stick) toStartOf(entry.el);
  else if (entry.sender !== "customer") page.news.hidden = false;
}

/** Times, names and live buttons depend on the neighbours, so they are set for the whole log. */
export function decorate() {
  let before = null;
  let replier = "";
  for (const entry of entries) {
    const gap = entry.at && (!before?.at || entry.at - before.at > TIME_GAP);
    const turn = gap || entry.sender !== before?.sender;
    setText(entry.timeEl, gap ? clock(entry.at) : "");
    entry.el.classList.toggle("turn", Boolean(turn));
    const answers = entry.sender === "bot" || entry.sender === "agent";
    if (answers) entry.whoEl.className = entry.sender === replier ? "unseen" : "who"; // named when it changes
    if (answers) replier = entry.sender;
    before = entry.at ? entry : { ...before, sender: entry.sender };
  }
  let live = ready;
  for (const entry of [...entries].reverse()) {
    for (const key of entry.keys) key.disabled = !live || Boolean(entry.past);
    if (entry.sender === "customer" || entry.sender === "agent") live = false;
  }
}

function clock(date) {
  const days = Math.round((startOfDay(new Date()) - startOfDay(date)) / 86_400_000);
  const time = `${String(date.getHours()).padStart(2, "0")}:${String(date.getMinutes()).padStart(2, "0")}`;
  if (days === 0) return time;
  if (days === 1) return `昨天 ${time}`;
  const year = date.getFullYear() === new Date().getFullYear() ? "" : `${date.getFullYear()}年`;
  return `${year}${date.getMonth() + 1}月${date.getDate()}日（周${"日一二三四五六"[date.getDay()]}）${time}`;
}
const startOfDay = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate());
