// Whom the customer talks to: the centre's name and hotline, whether it is there, whether it types.

import { str } from "/common/tools.js";
import { keep, page, recall, setText } from "./page.js";
import { nearBottom } from "./scrolling.js";

const DOTS_AFTER = 200;
const WORDS_AFTER = 4_000;
const SAY = {
  connecting: "正在连接…",
  online: "在线",
  agent: "人工服务中",
  broken: "连接中断，正在重连…",
  off: "未连接",
  waiting: "正在为您处理，请稍候",
  typing: "客服正在输入",
  hotline: (number) => `电话 ${number}`,
  news: "（新消息）",
};

export let profile = recall("localStorage", "profile") ?? {}; // the hotline must be there even when nothing else is
export let ready = false;
let mode = "bot";
let linked = true;

/** The profile has come: from now on the page can be used. */
export function takeProfile(known) {
  profile = known;
  keep("localStorage", "profile", { title: known.title, name: known.name, hours: known.hours, hotline: known.hotline });
  ready = true;
  showProfile();
}

export function showProfile() {
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

/** A word in the tab's title when something came while the reader was elsewhere. */
export function notice() {
  if (document.hidden) document.title = SAY.news + page.title.textContent;
}

export function setLinked(value) {
  linked = value;
  showState();
}

export function setMode(value) {
  if (value !== "bot" && value !== "agent") return;
  mode = value;
  showState();
  showTyping();
}

export function showState(known) {
  const state = known ?? (!linked ? "broken" : !ready ? "connecting" : mode === "agent" ? "agent" : "online");
  page.state.dataset.state = state;
  setText(page.stateWord, SAY[state]);
}

/** As before the first line: nobody has answered yet. */
export function resetStatus() {
  mode = "bot";
  linked = true;
  setTyping(false);
  showState();
}

let dotsTimer = 0;
let wordsTimer = 0;
let typingTimer = 0;
let waiting = false;
let waitingLong = false;
let typing = false;

export function waitForAnswer(on) {
  clearTimeout(dotsTimer);
  clearTimeout(wordsTimer);
  waiting = waitingLong = false;
  if (on) {
    dotsTimer = setTimeout(() => { waiting = true; showTyping(); }, DOTS_AFTER);
    wordsTimer = setTimeout(() => { waitingLong = true; showTyping(); }, WORDS_AFTER);
  }
  showTyping();
}

export function setTyping(on) {
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
