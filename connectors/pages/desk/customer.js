// Above the talk: who the customer is, what the bot already knows, and when they were here before.

import { $, clock, list, make, str } from "./core.js";
import { showTicket } from "./sheet.js";
import { nameOf, REASON, TURN } from "./queue.js";
import { isMine, labels, open, queue } from "./state.js";

const CHANNEL = { web: "网页", telegram: "Telegram", webhook: "外部系统" };

export function drawHead() {
  const { handover } = open;
  $("customer").textContent = handover ? nameOf(handover) : "会话已结束";
  $("channel").textContent = `${CHANNEL[open.channel] ?? open.channel}${handover ? ` · ${handover.centre}` : ""}`;
  const row_ = queue.mine.find((each) => each.conversation_id === open.conversation_id);
  $("turn").textContent = isMine() ? TURN[row_?.turn] ?? "" : handover?.agent ? `${handover.agent} 接待中` : handover ? "在等人工" : "智能客服";
  $("claim").hidden = !handover || Boolean(handover.agent);
  const gone = open.reach?.gone_at;
  $("gone").hidden = !gone;
  $("gone").textContent = gone ? `客户 ${clock(gone)} 停用或屏蔽了这个对话，写的话送不到，请按工单上的电话联系。` : "";
  for (const id of ["give-back", "give-quietly"]) $(id).hidden = !isMine();
}

export function drawSummary() {
  const { handover } = open;
  $("summary").hidden = !handover;
  if (!handover) return;
  const { summary } = handover;
  const facts = summary.is_sealed ? [["说明", "客户在这里举报过，之前的内容已封存，只有主管能看"]] : [
    ["原因", REASON[handover.reason]], ["诉求", summary.matter],
    ...Object.entries(summary.details ?? {}).map(([name, value]) => [handover.labels[name] ?? name, value]),
    ["智能客服最后说", summary.bot_said], ["工单", list(summary.tickets).join("、")]];
  $("summary-facts").replaceChildren(...facts.filter(([, value]) => str(value)).flatMap(([name, value]) => [make("dt", { text: name }), make("dd", { text: value })]));
}

/** When the customer was here before: tickets under the same phone, and talks with persons. */
export function drawContacts() {
  const contacts = list(open.contacts);
  $("contacts").hidden = !contacts.length;
  if (!contacts.length) return;
  const words = (each) => each.no ? `${labels.kinds[each.kind] ?? each.kind} ${labels.states[each.state] ?? each.state}` : `${each.agent} 接待过${each.rating ? `，评价 ${each.rating}` : ""}`;
  $("contacts-word").textContent = `以前来过 ${contacts.length} 次 · 最近 ${clock(contacts[0].at)} ${words(contacts[0])}`;
  $("contacts-list").replaceChildren(...contacts.map((each) => make("li", {},
    make("span", { className: "soft", text: clock(each.at) }),
    make("span", { text: words(each) }),
    each.no ? make("button", { type: "button", className: "link", text: each.no, on: () => showTicket(each.no) }) : null)));
}
