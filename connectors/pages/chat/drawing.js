// One entry of the log as elements: its words, files, sources, keys and cards.
// Everything from the server is untrusted and goes into the page as textContent only.

import { list, make, str } from "/common/tools.js";
import { call, conversation, fetchFile, pathOf } from "./conversation.js";
import { keep, page, recall } from "./page.js";
import { drawFiles, shownText } from "./photos.js";

const SAY = {
  who: { bot: "智能客服", agent: "人工客服", customer: "您说" },
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
};

let say = () => {};
/** Called with the line of a key that was pressed. */
export const whenPressed = (act) => { say = act; };

export function draw(entry) {
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
    entry.timeEl, entry.whoEl, drawFiles(list(entry.files), fetchFile), entry.textEl, card, ...list(entry.sources).map(drawSource), drawKeys(entry), drawThumbs(entry), entry.unsentEl);
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
  const slot = `thumb.${seq}`;
  const show = (chosen) => keys.forEach((each, at) => each.setAttribute("aria-pressed", at === chosen));
  const keys = SAY.thumbs.map((text, at) => make("button", { type: "button", className: "thumb", text, on: () => {
    show(at);
    call(pathOf("thumbs"), { body: { seq, helped: !at }, token: conversation.token })
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
