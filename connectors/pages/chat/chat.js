// The customer's chat page: how a visit begins, goes on in a new conversation, and begins anew.
// The page itself names every module (modulepreload), so that a phone asks for all of them at once.

import { $, list, str } from "/common/tools.js";
import { fitInput, photos, restoreDraft, showRefusal, whenWritten } from "./composer.js";
import { call, conversation, epoch, fetchHistory, forgetConversation, Problem, recallConversation, whenLost, whenOpened } from "./conversation.js";
import { whenPressed } from "./drawing.js";
import { add, decorate, entries, forgetSeqs, LAST, makePast, newestSeq, place, receive } from "./log.js";
import { CENTRE, page } from "./page.js";
import { stuck, toBottom } from "./scrolling.js";
import { dropAll, queue, restoreUnsent, say } from "./sending.js";
import { profile, ready, resetStatus, setLinked, setMode, showProfile, showState, takeProfile } from "./status.js";
import { cut, listen, stopListening, wake } from "./stream.js";

const LOADING_AFTER = 200;
const SAY = {
  renewed: "已为您开始新的会话",
  unreachable: "暂时连不上客服系统。请检查网络后重试。",
  callInstead: (hotline) => `\n急事请直接拨打 ${hotline}。`,
};

whenWritten(say);
whenPressed(say);
whenOpened(() => listen());
whenLost(renew);

// ---------------------------------------------------------------- the conversation's life

async function start() {
  page.trouble.hidden = true;
  showState();
  const timer = setTimeout(() => { page.loading.hidden = false; }, LOADING_AFTER);
  recallConversation();
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
  takeProfile(known);
  page.log.setAttribute("aria-live", "off"); // old lines are not news
  if (history) {
    setMode(history.mode === "agent" ? "agent" : "bot");
    list(history.messages).forEach((message) => receive(message, { old: true }));
    listen({ after: newestSeq });
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

function greet() {
  add({ sender: "bot", text: str(profile.greeting), buttons: list(profile.starters), order: -1 }, { old: true });
}

function leaveConversation() {
  forgetConversation();
  stopListening();
  photos.clear(); // they were chosen for that conversation
  forgetSeqs();
  resetStatus();
}

/** The server no longer knows this conversation: go on in a new one, losing no word of the customer's. */
function renew(mine) {
  if (mine !== epoch) return;
  leaveConversation();
  entries.filter((entry) => !queue.includes(entry)).forEach(makePast);
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
  dropAll();
  showRefusal("");
  page.news.hidden = true;
  greet();
  toBottom();
  page.input.focus();
}

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
  wake();
});
window.addEventListener("offline", () => {
  setLinked(false);
  cut(); // the browser may not notice a dead stream for minutes
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  document.title = page.title.textContent;
  wake();
});

// iOS lays its keyboard over the page instead of shrinking it.
window.visualViewport?.addEventListener("resize", () => {
  const view = window.visualViewport;
  if (view.scale > 1.01) return;
  const covered = window.innerHeight - view.height > 80;
  page.scroll.parentElement.style.height = covered ? `${view.height}px` : "";
  if (covered) window.scrollTo(0, 0);
});

showProfile();
restoreDraft();
start();
