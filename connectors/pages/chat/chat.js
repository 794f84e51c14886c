// The customer's chat page: what was said is shown at once, sent in order, and never lost silently.
// Everything from the server is untrusted and goes into the page as textContent only.

import { choosing, drawFiles, shownText } from "./photos.js";

const API = "/api/v1";
const ANSWER_LIMIT = 35_000; // the server answers a line within 30 s
const CALL_LIMIT = 15_000;
const STREAM_SILENCE = 75_000; // no byte for so long: the connection is dead, whatever TCP thinks
const DOTS_AFTER = 200;
const WORDS_AFTER = 4_000;
const TIME_GAP = 5 * 60_000;
const LAST = 1e12; // shown after everything that has a place
const PAST = 1e9; // pushes an earlier conversation above the present one

const SAY = {
  connecting: "正在连接…",
  online: "在线",
  agent: "人工服务中",
  broken: "连接中断，正在重连…",
  off: "未连接",
  who: { bot: "智能客服", agent: "人工客服", customer: "您说" },
  renewed: "已为您开始新的会话",
  unsent: "未发送 · ",
  unanswered: "未收到答复 · ",
  retry: "重试",
  unreachable: "暂时连不上客服系统。请检查网络后重试。",
  callInstead: (hotline) => `\n急事请直接拨打 ${hotline}。`,
  refused: "这段内容没有发送成功，请修改后再发送。",
  over: (n) => `内容超出 ${n} 字，请删减后再发送。`,
  count: (n, max) => `${n} / ${max} 字`,
  waiting: "正在为您处理，请稍候",
  typing: "客服正在输入",
  thumbs: ["有用", "没用"],
  source: (title, version) => `依据：${title}${version ? ` v${version}` : ""}`,
  change: "修改",
  copy: "复制",
  copied: "已复制",
  copyByHand: "请手动复制",
  filed: (kind) => `✓ 已登记${kind ? ` · ${kind}` : ""}`,
  ticketNo: "工单号",
  next: "接下来",
  by: "时限",
  emergency: "紧急情况",
  call: (number) => `拨打 ${number}`,
  hotline: (number) => `电话 ${number}`,
  news: "（新消息）",
};

const $ = (id) => document.getElementById(id);
const page = {
  title: $("title"), state: $("state"), stateWord: $("state-word"), hours: $("hours"), hotline: $("hotline"),
  scroll: $("scroll"), log: $("log"), loading: $("loading"), trouble: $("trouble"), troubleWords: $("trouble-words"),
  typing: $("typing"), typingWord: $("typing-word"), news: $("news"), form: $("form"), input: $("input"),
  attach: $("attach"), file: $("file"), photos: $("photos"), send: $("send"), count: $("count"), refusal: $("refusal"), menuKey: $("menu-key"), menu: $("menu-list"), ask: $("ask"),
};

// one desk may serve several centres: /?profile=gas is the page of one of them
const CENTRE = new URLSearchParams(location.search).get("profile") ?? "";
const OWN = CENTRE ? `seatmate.${CENTRE}.` : "seatmate.";
let profile = {};
let ready = false;
let conversation = null; // {id, token}; opened with the customer's first line
let epoch = 0; // rises when the conversation changes; late answers to an earlier one are dropped
let mode = "bot";
let linked = true;

// ---------------------------------------------------------------- small tools

/** Makes an element; text only ever becomes textContent. */
function make(tag, { text, on, ...properties } = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  if (text !== undefined) element.textContent = text;
  if (on) element.addEventListener("click", on);
  element.append(...children.filter(Boolean));
  return element;
}

const str = (value) => (value === null || value === undefined ? "" : String(value));
const list = (value) => (Array.isArray(value) ? value : []);
const length = (text) => [...text].length; // as the server counts: characters, not UTF-16 units

/** Storage that may be forbidden (private windows): then the page simply forgets. */
function keep(area, key, value) {
  try {
    if (value === null) window[area].removeItem(key);
    else window[area].setItem(key, JSON.stringify(value));
  } catch { /* forgetting is acceptable */ }
}
function recall(area, key) {
  try {
    return JSON.parse(window[area].getItem(key));
  } catch {
    return null;
  }
}

/** crypto.randomUUID is missing on plain http, where an intranet desk may well run. */
function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** A call that did not work. Status 0: it never came back. */
class Problem extends Error {
  constructor(status, detail) {
    super(`${status} ${detail}`);
    this.status = status;
    this.detail = detail;
  }
  get lostConversation() {
    return this.status === 401 || this.status === 404;
  }
}

async function call(path, { body, token, limit = CALL_LIMIT, control = new AbortController() } = {}) {
  const timer = setTimeout(() => control.abort(), limit);
  try {
    const response = await fetch(API + path, {
      method: body === undefined ? "GET" : "POST",
      headers: {
        Accept: "application/json",
        ...(body !== undefined && { "Content-Type": "application/json" }),
        ...(token && { Authorization: `Bearer ${token}` }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: "no-store",
      signal: control.signal,
    });
    const data = await response.json().catch(() => null);
    if (!response.ok) throw new Problem(response.status, typeof data?.detail === "string" ? data.detail : "");
    if (data === null) throw new Problem(0, "");
    return data;
  } catch (error) {
    throw error instanceof Problem ? error : new Problem(0, "");
  } finally {
    clearTimeout(timer);
  }
}

// ---------------------------------------------------------------- the log: entries in the order they are shown

/**
 * An entry is one line: {order, seq, sender, text, buttons, sources, card, at, el, …}.
 * A customer's line also has {id, outgoing, status: queued | sending | failed | sent}.
 * `order` is the server's seq once known. A line being sent sits half a step after the newest one
 * known; lines still waiting sit at the end, so an answer appears under the line it answers.
 */
const entries = [];
const bySeq = new Map();
let newestSeq = 0;
let counter = 0;

const afterNewest = () => newestSeq + 0.5 + ++counter * 1e-7;

function place(entry) {
  const from = entries.indexOf(entry);
  if (from >= 0) entries.splice(from, 1);
  let to = entries.length;
  while (to > 0 && entries[to - 1].order > entry.order) to--;
  entries.splice(to, 0, entry);
  if (from !== to) page.log.insertBefore(entry.el, entries[to + 1]?.el ?? null);
}

function drop(entry) {
  const at = entries.indexOf(entry);
  if (at >= 0) entries.splice(at, 1);
  entry.el.remove();
}

/** Takes a message of the server's, from whichever of the three ways it came first. */
function receive(message, { old = false } = {}) {
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

function add(entry, { old = false, follow = false } = {}) {
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
function decorate() {
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

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
  element.hidden = !text;
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

// ---------------------------------------------------------------- drawing one entry

function draw(entry) {
  const { sender } = entry;
  entry.keys = [];
  entry.timeEl = make("div", { className: "time", hidden: true });
  entry.whoEl = SAY.who[sender] ? make("div", { className: "unseen", text: SAY.who[sender] }) : null;
  const card = drawCard(entry);
  // a card says it all but for its lead; the full text is for channels that show no cards
  const text = card ? str(entry.card.lead) : shownText(str(entry.text), list(entry.files));
  entry.textEl = text ? make("div", { className: sender === "system" && !entry.seq ? "body" : "body bubble", text }) : null;
  entry.unsentEl = sender === "customer" ? make("div", { className: "unsent", hidden: true }) : null;
  return make("div", { className: ["customer", "bot", "agent"].includes(sender) ? sender : "system" },
    entry.timeEl, entry.whoEl, drawFiles(list(entry.files), { make, fetchFile }), entry.textEl, card, ...list(entry.sources).map(drawSource), drawKeys(entry), drawThumbs(entry), entry.unsentEl);
}

/** A key sends once: pressing it adds a customer's line, and that disables every key above it. */
function key(entry, className, text, line) {
  const element = make("button", {
    type: "button", className, text, disabled: true,
    on: (event) => {
      if (element.disabled) return;
      say(line);
      if (event.detail === 0) page.input.focus(); // pressed by keyboard: do not lose the focus with the key
    },
  });
  entry.keys.push(element);
  return element;
}

function drawKeys(entry) {
  const buttons = list(entry.buttons).filter((button) => str(button?.title));
  if (!buttons.length) return null;
  return make("div", { className: "keys" }, ...buttons.map((button) => key(entry, "chip", str(button.title), outgoing(button))));
}

/** Starters carry the text to say, buttons a payload; a button without either says its title. */
function outgoing({ title, text, payload }) {
  if (payload) return { payload: str(payload), title: str(title) };
  return { text: str(text || title) };
}

function drawSource(source) {
  const details = make("details", { className: "source" },
    make("summary", { text: SAY.source(str(source?.title), str(source?.version).replace(/^v/i, "")) }),
    make("div", { className: "body", text: str(source?.source) }));
  details.addEventListener("toggle", () => details.open && details.scrollIntoView({ block: "nearest" }));
  return details;
}

/** Under an answer: whether it helped; the last word counts. */
function drawThumbs({ sender, seq, sources }) {
  if (sender !== "bot" || !seq || !list(sources).length) return null;
  const slot = `${OWN}thumb.${seq}`;
  const show = (chosen) => keys.forEach((each, at) => each.setAttribute("aria-pressed", at === chosen));
  const keys = SAY.thumbs.map((text, at) => make("button", { type: "button", className: "thumb", text, on: () => {
    show(at);
    call(`/conversations/${encodeURIComponent(conversation.id)}/thumbs`, { body: { seq, helped: !at }, token: conversation.token })
      .then(() => keep("localStorage", slot, at), () => show(recall("localStorage", slot)));
  } }));
  show(recall("localStorage", slot));
  return make("div", { className: "thumbs" }, ...keys);
}

function drawCard(entry) {
  const card = entry.card;
  if (card?.type === "read_back") return drawReadBack(entry, card);
  if (card?.type === "ticket") return drawTicket(card);
  if (card?.type === "emergency") return drawEmergency(card);
  return null;
}

function drawReadBack(entry, card) {
  const rows = list(card.fields).map((field) => {
    const label = str(field?.label);
    const change = field?.payload &&
      key(entry, "link", SAY.change, { payload: str(field.payload), title: SAY.change + label });
    if (change) change.setAttribute("aria-label", SAY.change + label);
    return make("div", {}, make("dt", { text: label }), make("dd", { text: str(field?.value) || "—" }),
      change ? make("dd", {}, change) : null);
  });
  return make("dl", { className: "card read-back" }, ...rows);
}

function drawTicket(card) {
  const number = make("output", { text: str(card.spoken || card.no), title: str(card.no) });
  number.setAttribute("aria-label", SAY.ticketNo);
  const copy = make("button", { type: "button", className: "chip", text: SAY.copy, on: () => copyText(str(card.no), copy, number) });
  const facts = [[SAY.next, card.next], [SAY.by, card.by]].filter(([, value]) => str(value));
  return make("section", { className: "card ticket" },
    make("h2", { text: SAY.filed(str(card.kind)) }),
    make("div", { className: "number" }, number, copy),
    facts.length ? make("dl", {}, ...facts.flatMap(([name, value]) => [make("dt", { text: name }), make("dd", { text: str(value) })])) : null);
}

function drawEmergency(card) {
  const digits = str(card.call).replace(/[^\d+*#]/g, "");
  const steps = list(card.steps).map((step) => make("li", { text: str(step) }));
  return make("section", { className: "card emergency" },
    make("h2", { text: `⚠ ${str(card.title) || SAY.emergency}` }),
    digits ? make("a", { className: "call", href: `tel:${digits}`, text: SAY.call(str(card.call)) }) : null,
    steps.length ? make("ol", {}, ...steps) : null);
}

async function copyText(text, button, shown) {
  let done = false;
  try {
    await navigator.clipboard.writeText(text); // absent on plain http
    done = true;
  } catch {
    done = copyOldWay(text);
  }
  if (!done) getSelection().selectAllChildren(shown);
  button.textContent = done ? SAY.copied : SAY.copyByHand;
  clearTimeout(button.timer);
  button.timer = setTimeout(() => { button.textContent = SAY.copy; }, 2_500);
}

function copyOldWay(text) {
  const area = make("textarea", { value: text, className: "unseen", readOnly: true });
  const focused = document.activeElement;
  document.body.append(area);
  area.select();
  try {
    return document.execCommand("copy");
  } catch {
    return false;
  } finally {
    area.remove();
    focused?.focus();
  }
}

// ---------------------------------------------------------------- scrolling

let stuck = true; // the reader is at the end, and wants to stay there
let seenHeight = 0;

const bottomGap = () => page.scroll.scrollHeight - page.scroll.scrollTop - page.scroll.clientHeight;
const nearBottom = () => bottomGap() < 60;

function toBottom() {
  stuck = true;
  page.scroll.scrollTop = page.scroll.scrollHeight;
  page.news.hidden = true;
}

/** To the bottom, but never past the first words of an answer taller than the window. */
function toStartOf(element) {
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

// ---------------------------------------------------------------- the customer's lines: a queue, one at a time

const queue = [];
let pumping = false;
const sending = new Set();

function say(line, files = []) {
  const entry = {
    id: uuid(), outgoing: line, sender: "customer", text: line.title ?? line.text, files, status: "queued",
    at: new Date(), order: LAST + ++counter,
  };
  queue.push(entry);
  add(entry, { follow: true });
  saveUnsent();
  pump();
}

async function pump() {
  if (pumping) return;
  pumping = true;
  while (queue.length) {
    const entry = queue[0];
    const delivered = deliver(entry);
    // once the server has a typed line the next may follow: lines sent in a row are read together
    const outcome = await (entry.outgoing.payload ? delivered : Promise.race([delivered, stored(entry)]));
    if (queue[0] !== entry || outcome === "again") continue; // restarted meanwhile, or a new conversation
    queue.shift();
    if (outcome === "failed") holdQueue();
    saveUnsent();
  }
  pumping = false;
}

const stored = (entry) => new Promise((resolve) => { entry.onStored = () => resolve("stored"); });

async function deliver(entry) {
  const mine = epoch;
  const control = new AbortController();
  entry.order = afterNewest();
  setStatus(entry, "sending");
  place(entry);
  decorate();
  waitForAnswer(true);
  try {
    const { id, token } = await openConversation();
    sending.add(control);
    const answer = await call(`/conversations/${encodeURIComponent(id)}/messages`, {
      body: { message_id: entry.id, ...entry.outgoing }, token, limit: ANSWER_LIMIT, control,
    });
    if (mine !== epoch) return "again";
    setStatus(entry, "sent");
    setMode(answer.mode);
    const replies = list(answer.replies);
    if (!entry.seq && replies[0]?.at) entry.at = new Date(replies[0].at); // the server's clock counts
    replies.forEach((reply) => receive(reply));
    return "done";
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    return undelivered(entry, problem, mine);
  } finally {
    sending.delete(control);
    waitForAnswer(sending.size > 0);
  }
}

function undelivered(entry, problem, mine) {
  if (mine !== epoch) return "again";
  if (problem.lostConversation && conversation && !entry.renewed) {
    entry.renewed = true;
    renew(mine);
    if (!entry.outgoing.payload) return "again";
    entry.outgoing = { text: entry.outgoing.title }; // the new conversation never issued this payload
    entry.order = afterNewest();
    place(entry);
    problem = new Problem(0, "");
  }
  if (problem.status === 422) {
    refuse(entry, problem.detail);
    return "done";
  }
  setStatus(entry, "failed", problem.detail);
  return "failed";
}

/** What was waiting behind a failed line would arrive out of order, so it waits for the same 重试. */
function holdQueue() {
  for (const entry of queue.splice(0)) {
    entry.held = true;
    entry.order = afterNewest();
    setStatus(entry, "failed");
    place(entry);
  }
  decorate();
}

function retry(entry) {
  if (entry.status !== "failed") return;
  const from = entries.indexOf(entry);
  const again = entries.filter((other, at) => other === entry || (at > from && other.held && other.status === "failed"));
  for (const line of again) {
    line.held = false;
    line.renewed = false;
    line.order = LAST + ++counter;
    setStatus(line, "queued");
    place(line);
    queue.push(line);
  }
  decorate();
  toBottom();
  pump();
}

function setStatus(entry, status, detail = "") {
  const stick = nearBottom();
  entry.status = status;
  const failed = status === "failed";
  entry.unsentEl.hidden = !failed;
  entry.unsentEl.replaceChildren();
  if (!failed) return;
  entry.unsentEl.append(
    entry.seq ? SAY.unanswered : SAY.unsent,
    make("button", { type: "button", className: "link", text: SAY.retry, on: () => retry(entry) }),
    detail ? make("small", { text: detail }) : "");
  if (stick) toBottom();
}

/** The server has the line: from now on its text, time and place are the server's. */
function confirmLine(entry, known) {
  Object.assign(entry, known);
  entry.onStored?.();
  if (entry.textEl && known.text) setText(entry.textEl, shownText(known.text, known.files));
  if (entry.status === "failed") {
    setStatus(entry, "sent");
    saveUnsent();
  }
  place(entry);
  decorate();
}

function refuse(entry, detail) {
  drop(entry);
  decorate();
  if (entry.outgoing.text) {
    const typed = page.input.value;
    page.input.value = entry.outgoing.text + (typed ? `\n${typed}` : "");
    fitInput();
  }
  showRefusal(detail || SAY.refused);
}

/** Unsent lines outlive a reload of this tab. */
function saveUnsent() {
  const lines = entries.filter((entry) => entry.outgoing && entry.status !== "sent" && !entry.seq)
    .map(({ id, outgoing: line }) => ({ id, line }));
  keep("sessionStorage", OWN + "unsent", lines.length ? lines : null);
}

function restoreUnsent() {
  for (const { id, line } of list(recall("sessionStorage", OWN + "unsent"))) {
    if (!line || entries.some((entry) => entry.id === id)) continue;
    const entry = { id, outgoing: line, sender: "customer", text: line.title ?? line.text, files: list(line.attachments), at: new Date(), order: afterNewest() };
    add(entry, { old: true });
    entry.held = true;
    setStatus(entry, "failed");
  }
  saveUnsent();
}

// ---------------------------------------------------------------- waiting and typing

let dotsTimer = 0;
let wordsTimer = 0;
let typingTimer = 0;
let waiting = false;
let waitingLong = false;
let typing = false;

function waitForAnswer(on) {
  clearTimeout(dotsTimer);
  clearTimeout(wordsTimer);
  waiting = waitingLong = false;
  if (on) {
    dotsTimer = setTimeout(() => { waiting = true; showTyping(); }, DOTS_AFTER);
    wordsTimer = setTimeout(() => { waitingLong = true; showTyping(); }, WORDS_AFTER);
  }
  showTyping();
}

function setTyping(on) {
  clearTimeout(typingTimer);
  typing = on;
  if (on) typingTimer = setTimeout(() => setTyping(false), 30_000); // in case the "off" never comes
  showTyping();
}

/** Dots while the bot works on a line, or while the other side types. A person's pause shows no dots. */
function showTyping() {
  const answering = waiting && mode === "bot";
  const stick = nearBottom();
  setText(page.typingWord, typing && mode === "agent" ? SAY.typing : answering && waitingLong ? SAY.waiting : "");
  page.typing.hidden = !answering && !typing;
  if (stick && !page.typing.hidden) page.scroll.scrollTop = page.scroll.scrollHeight;
}

// ---------------------------------------------------------------- live events

let streamControl = null;
let streamSeq = 0;
let wakeStream = () => {};

async function listen() {
  if (streamControl || !conversation) return;
  const mine = epoch;
  const { id, token } = conversation;
  streamControl = { abort() {} };
  let failures = 0;
  let broken = false;
  while (mine === epoch) {
    let opened = Infinity;
    try {
      await readStream(id, token, () => {
        opened = Date.now();
        setLinked(true);
        if (broken) catchUp(mine); // a change of mode may have been missed
        broken = false;
      }, mine);
    } catch (problem) {
      if (mine !== epoch) return;
      if (problem.lostConversation) return renew(mine);
    }
    if (mine !== epoch) return;
    failures = Date.now() - opened > 10_000 ? 0 : failures + 1;
    if (failures === 0 && !broken) continue; // a long stream may end by itself: reopen at once
    broken = true;
    setLinked(false);
    const seconds = Math.min(2 ** Math.max(0, failures - 1), 30);
    await new Promise((resolve) => {
      wakeStream = resolve;
      setTimeout(resolve, seconds * 1_000);
    });
  }
}

async function readStream(id, token, opened, mine) {
  const control = new AbortController();
  streamControl = control;
  let watchdog = setTimeout(() => control.abort(), CALL_LIMIT);
  try {
    const response = await fetch(`${API}/conversations/${encodeURIComponent(id)}/events?after=${streamSeq}`, {
      headers: { Accept: "text/event-stream", Authorization: `Bearer ${token}` }, cache: "no-store", signal: control.signal,
    });
    if (!response.ok || !response.body) throw new Problem(response.status, "");
    opened();
    const parse = eventParser((name, data) => mine === epoch && onEvent(name, data));
    const decoder = new TextDecoder();
    const reader = response.body.getReader();
    for (;;) {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => control.abort(), STREAM_SILENCE);
      const { value, done } = await reader.read();
      if (done) return;
      parse(decoder.decode(value, { stream: true }));
    }
  } finally {
    clearTimeout(watchdog);
    control.abort();
  }
}

/** Server-sent events from chunks cut anywhere; lines end in \n, \r\n or \r. */
function eventParser(dispatch) {
  let rest = "";
  let name = "";
  let data = [];
  const line = (text) => {
    if (text === "") {
      if (data.length) dispatch(name || "message", data.join("\n"));
      name = "";
      data = [];
      return;
    }
    const colon = text.indexOf(":");
    const field = colon < 0 ? text : text.slice(0, colon);
    const value = colon < 0 ? "" : text.slice(colon + 1).replace(/^ /, "");
    if (field === "event") name = value;
    if (field === "data") data.push(value);
  };
  return (chunk) => {
    rest += chunk;
    for (;;) {
      const end = rest.search(/[\r\n]/);
      if (end < 0 || (rest[end] === "\r" && end === rest.length - 1)) return; // a \n may follow in the next chunk
      line(rest.slice(0, end));
      rest = rest.slice(end + (rest.startsWith("\r\n", end) ? 2 : 1));
    }
  };
}

function onEvent(name, text) {
  let data;
  try {
    data = JSON.parse(text);
  } catch {
    return; // one bad event must not end the stream
  }
  if (name === "message") {
    receive(data);
    streamSeq = Math.max(streamSeq, Number(data?.seq) || 0);
  }
  if (name === "typing") setTyping(Boolean(data?.on));
  if (name === "mode") setMode(data?.mode);
}

async function catchUp(mine) {
  const history = await fetchHistory().catch(() => null);
  if (!history || mine !== epoch) return;
  setMode(history.mode);
  list(history.messages).forEach((message) => receive(message));
}

function setLinked(value) {
  linked = value;
  showState();
}
function setMode(value) {
  if (value !== "bot" && value !== "agent") return;
  mode = value;
  showState();
  showTyping();
}
function showState(known) {
  const state = known ?? (!linked ? "broken" : !ready ? "connecting" : mode === "agent" ? "agent" : "online");
  page.state.dataset.state = state;
  setText(page.stateWord, SAY[state]);
}

/** A word in the tab's title when something came while the reader was elsewhere. */
function notice() {
  if (document.hidden) document.title = SAY.news + page.title.textContent;
}

// ---------------------------------------------------------------- the conversation's life

async function openConversation() {
  if (conversation) return conversation;
  const mine = epoch;
  let opened = recall("localStorage", OWN + "conversation"); // another tab may just have opened one
  if (!opened?.id) {
    const answer = await call("/conversations", { body: CENTRE ? { profile: CENTRE } : {} });
    opened = { id: str(answer.conversation_id), token: str(answer.token) };
  }
  if (mine !== epoch) throw new Problem(0, "");
  conversation = opened;
  keep("localStorage", OWN + "conversation", conversation);
  listen();
  return conversation;
}

function leaveConversation() {
  epoch++;
  streamControl?.abort();
  streamControl = null;
  wakeStream();
  conversation = null;
  photos.clear(); // they were chosen for that conversation
  keep("localStorage", OWN + "conversation", null);
  bySeq.clear();
  newestSeq = 0;
  streamSeq = 0;
  mode = "bot";
  linked = true;
  setTyping(false);
  showState();
}

/** The server no longer knows this conversation: go on in a new one, losing no word of the customer's. */
function renew(mine) {
  if (mine !== epoch) return;
  leaveConversation();
  for (const entry of entries) {
    if (queue.includes(entry)) continue;
    entry.past = true;
    entry.order -= PAST;
  }
  if (queue[0]) {
    queue[0].order = LAST;
    queue[0].seq = undefined;
    place(queue[0]);
  }
  if (!queue.length) greet();
  add({ sender: "system", text: SAY.renewed, order: -2 });
  if (stuck) toBottom();
}

/** The customer's own choice, from the menu. The next line opens the new conversation. */
function restart() {
  leaveConversation();
  for (const control of sending) control.abort();
  queue.length = 0;
  for (const entry of [...entries]) drop(entry);
  saveUnsent();
  showRefusal("");
  page.news.hidden = true;
  greet();
  toBottom();
  page.input.focus();
}

function greet() {
  add({ sender: "bot", text: str(profile.greeting), buttons: list(profile.starters), order: -1 }, { old: true });
}

const fetchHistory = () =>
  call(`/conversations/${encodeURIComponent(conversation.id)}/messages`, { token: conversation.token });

async function start() {
  page.trouble.hidden = true;
  showState();
  const timer = setTimeout(() => { page.loading.hidden = false; }, DOTS_AFTER);
  conversation = recall("localStorage", OWN + "conversation");
  if (!conversation?.id) conversation = null;
  try {
    const lost = (problem) => { if (problem.lostConversation) return null; throw problem; };
    const [known, history] = await Promise.all([call(CENTRE ? `/profile?name=${encodeURIComponent(CENTRE)}` : "/profile"), conversation ? fetchHistory().catch(lost) : null]);
    clearTimeout(timer);
    begin(known, history);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    page.troubleWords.textContent = (problem.detail || SAY.unreachable) + (profile.hotline ? SAY.callInstead(str(profile.hotline)) : "");
    page.trouble.hidden = false;
    showState("off");
  } finally {
    clearTimeout(timer);
    page.loading.hidden = true;
  }
}

function begin(known, history) {
  profile = known;
  keep("localStorage", OWN + "profile", { title: known.title, name: known.name, hours: known.hours, hotline: known.hotline });
  ready = true;
  showProfile();
  page.log.setAttribute("aria-live", "off"); // old lines are not news
  if (history) {
    mode = history.mode === "agent" ? "agent" : "bot";
    list(history.messages).forEach((message) => receive(message, { old: true }));
    streamSeq = newestSeq;
    listen();
  } else if (conversation) {
    renew(epoch);
  }
  if (!entries.length) greet();
  restoreUnsent();
  decorate();
  showState();
  fitInput();
  toBottom();
  setTimeout(() => page.log.setAttribute("aria-live", "polite"), 500);
  if (matchMedia("(hover: hover)").matches && document.activeElement === document.body) page.input.focus();
}

function showProfile() {
  const title = str(profile.title || profile.name);
  if (title) {
    page.title.textContent = title;
    document.title = title;
  }
  setText(page.hours, str(profile.hours));
  const digits = str(profile.hotline).replace(/[^\d+*#]/g, "");
  setText(page.hotline, digits ? SAY.hotline(str(profile.hotline)) : "");
  if (digits) page.hotline.href = `tel:${digits}`;
}

// ---------------------------------------------------------------- writing

const photos = choosing({
  page, api: API, make, open: openConversation, refuse: showRefusal, changed: () => fitInput(),
  maxMb: () => Number(profile.max_file_mb) || 10, ready: () => ready,
});

/** A file of this conversation, or null: then its name alone is shown. */
async function fetchFile(id) {
  if (!conversation) return null;
  const path = `${API}/conversations/${encodeURIComponent(conversation.id)}/attachments/${encodeURIComponent(id)}`;
  try {
    const response = await fetch(path, { headers: { Authorization: `Bearer ${conversation.token}` }, cache: "no-store" });
    return response.ok ? await response.blob() : null;
  } catch {
    return null;
  }
}

const limit = () => Number(profile.max_text) || 1_000;

function fitInput() {
  const { input, count } = page;
  input.style.height = "auto";
  input.style.height = `${input.scrollHeight + input.offsetHeight - input.clientHeight}px`;
  const used = length(input.value.trim());
  count.hidden = used < limit() * 0.8;
  count.textContent = SAY.count(used, limit());
  count.classList.toggle("over", used > limit());
  page.attach.disabled = !ready;
  page.send.disabled = !ready || photos.isBusy() || (!used && !photos.count());
  keep("sessionStorage", OWN + "draft", input.value || null);
}

function showRefusal(words) {
  setText(page.refusal, words);
  page.input.setAttribute("aria-invalid", String(Boolean(words)));
  if (words) page.input.focus();
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
  if (!files.length) return say({ text });
  say({ text, attachments: files.map(({ id, name }) => ({ id, name })) }, files);
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

// ---------------------------------------------------------------- header menu, window

function openMenu(open) {
  page.menu.hidden = !open;
  page.menuKey.setAttribute("aria-expanded", String(open));
}
page.menuKey.addEventListener("click", () => openMenu(page.menu.hidden));
document.addEventListener("click", (event) => {
  if (!event.target.closest(".menu")) openMenu(false);
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || page.menu.hidden) return;
  openMenu(false);
  page.menuKey.focus();
});
$("restart").addEventListener("click", () => {
  openMenu(false);
  if (ready) page.ask.showModal();
});
$("ask-no").addEventListener("click", () => page.ask.close());
$("ask-yes").addEventListener("click", () => {
  if (!page.ask.open) return;
  page.ask.close();
  restart();
});
$("reload").addEventListener("click", start);

window.addEventListener("online", () => {
  if (!conversation) setLinked(true);
  wakeStream();
});
window.addEventListener("offline", () => {
  setLinked(false);
  streamControl?.abort(); // the browser may not notice a dead stream for minutes
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  document.title = page.title.textContent;
  wakeStream();
});
new ResizeObserver(() => {
  seenHeight = page.scroll.clientHeight;
  if (stuck) page.scroll.scrollTop = page.scroll.scrollHeight;
}).observe(page.scroll);

// iOS lays its keyboard over the page instead of shrinking it.
window.visualViewport?.addEventListener("resize", () => {
  const view = window.visualViewport;
  if (view.scale > 1.01) return;
  const covered = window.innerHeight - view.height > 80;
  page.scroll.parentElement.style.height = covered ? `${view.height}px` : "";
  if (covered) window.scrollTo(0, 0);
});

profile = recall("localStorage", OWN + "profile") ?? {}; // the hotline must be there even when nothing else is
showProfile();
page.input.value = recall("sessionStorage", OWN + "draft") ?? page.input.value;
fitInput();
start();
