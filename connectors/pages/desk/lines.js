// The lines of the open talk, each once and in order, with what became of them.

import { $, clock, list, make, tell } from "./core.js";
import { filesOf } from "./photos.js";
import { open } from "./state.js";

const UNDELIVERED = "没有送达，请按工单上的电话联系客户";
const WHO = { customer: "客户", bot: "智能客服", agent: "坐席", system: "" };

export function addLine(message) {
  const log = $("log");
  const shown = log.querySelector(`[data-seq="${Number(message.seq)}"]`);
  if (shown) {
    if (message.corrected_from) shown.replaceWith(lineOf(message)); // the customer has edited it
    return;
  }
  const line = lineOf(message);
  const after = [...log.children].find((each) => Number(each.dataset.seq) > message.seq);
  log.insertBefore(line, after ?? null);
  if (atEnd || message.sender === "agent") log.scrollTop = log.scrollHeight;
}

// the newest line stays in sight, also when findings or a summary take room from it
let atEnd = true;
$("log").addEventListener("scroll", () => { atEnd = $("log").scrollHeight - $("log").scrollTop - $("log").clientHeight < 80; });
new ResizeObserver(() => { if (atEnd) $("log").scrollTop = $("log").scrollHeight; }).observe($("log"));

function lineOf(message) {
  const failed = open?.reach?.failed?.[message.seq];
  return make("div", { className: "said", data: { sender: message.sender, seq: message.seq } },
    make("div", { className: "when", text: [clock(message.at), WHO[message.sender], message.corrected_from ? "（客户改过）" : ""].filter(Boolean).join(" ") }),
    make("div", { className: "body", title: message.corrected_from ? `原来写的是：${message.corrected_from}` : "", text: message.text || list(message.buttons).map((each) => each.title).join(" / ") }),
    ...filesOf(message, open.conversation_id),
    failed ? make("div", { className: "when failed", title: failed, text: UNDELIVERED }) : null);
}

/** A line of ours will never reach the customer: say so at the line. */
export function markUndelivered({ conversation_id: id, seq, reason }) {
  if (open?.conversation_id !== id) return;
  open.reach = { ...open.reach, failed: { ...open.reach?.failed, [seq]: reason } };
  const line = $("log").querySelector(`[data-seq="${Number(seq)}"]`);
  if (line && !line.querySelector(".failed")) line.append(make("div", { className: "when failed", title: reason, text: UNDELIVERED }));
  tell(UNDELIVERED, { bad: true });
}

export function flash(seq) {
  const line = $("log").querySelector(`[data-seq="${Number(seq)}"]`);
  line?.scrollIntoView({ block: "center" });
  line?.classList.add("flash");
  setTimeout(() => line?.classList.remove("flash"), 2_500);
}
