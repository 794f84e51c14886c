// The tickets of the open conversation, and taking down a new one from what was said.

import { $, attempt, call, list, make, str, tell, uuid } from "./core.js";
import { drawThere, filledIn, ticketFields, ticketRow } from "./help.js";
import { flash } from "./lines.js";
import { showTicket } from "./sheet.js";
import { labels, open, path, setLabels } from "./state.js";
import { ask } from "./writing.js";

export function drawTickets() {
  // what is read with its numbers hidden would be filed so
  $("new-ticket").disabled = !open || open.hides_numbers;
  const rows = list(open?.tickets).map((each) => ticketRow(each, labels, showTicket));
  $("tickets").replaceChildren(...(rows.length ? rows : [make("p", { className: "empty", text: "这个会话还没有工单" })]));
}

addEventListener("ticket-changed", async () => {
  if (!list(open?.tickets).length) return;
  const found = await call("GET", path(open.conversation_id)).catch(() => null);
  if (!found || found.conversation_id !== open?.conversation_id) return;
  open.tickets = found.tickets;
  drawTickets();
});

let there = { open: [], event: null }; // what the talk itself tells of it
let told = {}; // the details of the talk, each with the line it came from
export async function newTicket() {
  if (!labels.rights.includes("serve")) return;
  if (!open) {
    tell("请先打开一个会话，再登记工单。电话来电请用侧栏登记。");
    return;
  }
  if (open.hides_numbers) {
    tell("现在看到的电话和门牌是隐藏的：请先接待这位客户，再登记工单。");
    return;
  }
  const found = await attempt(() => call("GET", `${path(open.conversation_id)}/details`));
  if (!found) return;
  told = found.details;
  setLabels({ ...labels, ...found.labels });
  $("ticket-kind").replaceChildren(...Object.entries(found.kinds).map(([kind, each]) => make("option", { value: kind, text: each.title })));
  $("ticket-kind").value = found.likely;
  $("ticket-words").textContent = "";
  there = found;
  drawKnown(found);
  ticketKinds = found.kinds;
  drawTicketFields();
  $("ticket-form").dataset.key = uuid();
  $("ticket-form").showModal();
}
/** What is there already: the same matter must not be taken down twice. */
const drawKnown = (found) => drawThere($("ticket-known"), found, showTicket);
let ticketKinds = {};
function drawTicketFields() {
  const fields = ticketKinds[$("ticket-kind").value]?.fields ?? [];
  const origin = (known) => make("button", { type: "button", className: "origin", text: `来自：${str(known.text).slice(0, 40)}`, on: () => { $("ticket-form").close(); flash(known.seq); } });
  $("ticket-fields").replaceChildren(...ticketFields(fields, told, origin));
}
let looked = 0;
/** Another phone, place or kind may be known for something else; the talk's own tickets stay. */
async function lookAgain() {
  const turn = looked += 1;
  const found = await call("POST", "/desk/known", { body: { profile: open?.profile, fields: filledIn($("ticket-fields")) } }).catch(() => null);
  if (!found || turn !== looked) return; // an older answer that came late
  const own = there.open.filter((each) => each.same === "talk");
  const nos = new Set(own.map((each) => each.no));
  drawKnown({ open: [...own, ...found.open.filter((each) => !nos.has(each.no))], event: found.event });
}
$("ticket-kind").addEventListener("change", () => {
  drawTicketFields();
  lookAgain();
});
$("ticket-fields").addEventListener("change", lookAgain);

$("new-ticket").addEventListener("click", newTicket);
$("ticket-no").addEventListener("click", () => $("ticket-form").close());
$("ticket-yes").addEventListener("click", (event) => attempt(async () => {
  const fields = filledIn($("ticket-fields"));
  if (!Object.keys(fields).length) {
    $("ticket-words").textContent = "请至少填写一项。";
    return;
  }
  const ticket = await call("POST", "/tickets", { body: { request_key: $("ticket-form").dataset.key, kind: $("ticket-kind").value, profile: open.profile, conversation_id: open.conversation_id, fields } });
  $("ticket-form").close();
  tell(`已登记工单 ${ticket.no}`);
  open.tickets = [ticket, ...list(open.tickets).filter((each) => each.no !== ticket.no)];
  drawTickets();
  ask(); // the number can now be in the wording
}, event.target));
