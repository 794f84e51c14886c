// The sidebar beside any other system: what the caller says in, the rule and the wording out.

import { beginAlarmsLine } from "./alarms_line.js";
import { $, attempt, call, copy, list, make, passwordKey, session, signIn, tell, uuid } from "./core.js";
import { drawThere, filledIn, search, suggestions, ticketFields } from "./help.js";

const LOOK_AFTER = 400; // after the last key
const hints = suggestions($("suggestions"), { insert: copy });
const profile = () => $("centre").value;
search($("search"), $("found"), { insert: copy, profile });

function ask() {
  const text = $("said").value.trim();
  if (!text) {
    hints.clear();
    return;
  }
  const surname = $("surname").value.trim();
  hints.ask({ text, profile: profile(), ...(surname && { surname, honorific: $("honorific").value }) });
}

/** What is told in the caller's words, and what there is already of it. */
let told = {};
let looking;
function lookUp() {
  clearTimeout(looking);
  looking = setTimeout(async () => {
    const asked = [$("said").value, $("phone").value, profile()];
    const phone = $("phone").value.trim();
    const found = await call("POST", "/desk/known", { body: { profile: profile(), text: $("said").value.trim(), fields: phone ? { phone } : {} } }).catch(() => null);
    if (!found || asked.join() !== [$("said").value, $("phone").value, profile()].join()) return;
    told = found.details;
    fillIn();
    drawThere($("known"), found);
  }, LOOK_AFTER);
}

$("said").addEventListener("input", ask);
for (const id of ["said", "phone", "centre"]) $(id).addEventListener("input", () => mayTakeDown() && lookUp());
for (const id of ["surname", "honorific", "centre"]) $(id).addEventListener("change", ask);
$("said").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  ask();
});

document.addEventListener("keydown", (event) => {
  if (event.isComposing || $("page").hidden) return;
  const typing = event.target.matches("input, textarea, select");
  if (event.altKey && event.key && "123".includes(event.key)) { if (hints.pick(Number(event.key) - 1)) event.preventDefault(); }
  else if (event.altKey && event.key.toLowerCase() === "n" && !$("log-call").hidden) { event.preventDefault(); $("log-call").open = true; $("call-kind").focus(); }
  else if (event.key === "/" && !typing) { event.preventDefault(); $("search").focus(); }
});

// ---------------------------------------------------------------- logging the call

let labels = { centres: [], kinds: {}, rights: [] };
const mayTakeDown = () => list(labels.rights).includes("work_tickets");
let key = uuid();

/** What the page has put into the fields, by name; what differs from it was written by the agent. */
let put = {};
const callInputs = () => [...$("call-fields").querySelectorAll("[name]")];
const isWritten = (input) => input.value !== (put[input.name] ?? "");

/** Puts what is known by now into the fields, also when it comes after they were opened. */
function fillIn() {
  const phone = $("phone").value.trim();
  const known = { ...told, ...(phone && { phone }), words: $("said").value.trim() };
  for (const input of callInputs().filter((each) => !isWritten(each))) {
    input.value = known[input.name] ?? "";
    put[input.name] = input.value;
  }
}
function drawFields() {
  const centre = labels.centres.find((each) => each.name === profile());
  const fields = centre?.kinds[$("call-kind").value]?.fields ?? [];
  const written = Object.fromEntries(callInputs().filter(isWritten).map(({ name, value }) => [name, { value }]));
  $("call-fields").replaceChildren(...ticketFields(fields, written));
  put = {};
  fillIn();
}
function drawKinds() {
  const kinds = labels.centres.find((each) => each.name === profile())?.kinds ?? {};
  $("call-kind").replaceChildren(...Object.entries(kinds).map(([kind, each]) => make("option", { value: kind, text: each.title })));
  if (kinds.inquiry) $("call-kind").value = "inquiry";
  drawFields();
}
$("log-call").addEventListener("toggle", () => {
  if (!$("log-call").open) return;
  drawFields();
  $("call-done").hidden = true;
  $("log-call").scrollIntoView({ block: "start" });
});
$("call-kind").addEventListener("change", drawFields);
/** Another phone, place or kind in the form may be known for something else. */
let checked = 0;
async function checkForm() {
  const turn = checked += 1;
  const found = await call("POST", "/desk/known", { body: { profile: profile(), fields: filledIn($("call-fields")) } }).catch(() => null);
  if (found && turn === checked) drawThere($("known"), found);
}
for (const id of ["call-kind", "call-fields"]) $(id).addEventListener("change", checkForm);
$("centre").addEventListener("change", drawKinds);
$("call-yes").addEventListener("click", (event) => attempt(async () => {
  const fields = filledIn($("call-fields"));
  if (!Object.keys(fields).length) {
    $("call-words").textContent = "请至少填写一项。";
    return;
  }
  $("call-words").textContent = "";
  const ticket = await call("POST", "/tickets", { body: { request_key: key, kind: $("call-kind").value, profile: profile(), fields } });
  key = uuid();
  $("log-call").open = false;
  // the next caller is another one
  for (const id of ["said", "surname", "phone"]) $(id).value = "";
  hints.clear();
  told = {};
  $("call-fields").replaceChildren();
  drawThere($("known"), { open: [], event: null });
  $("call-done").replaceChildren(`已登记，工单号 ${ticket.no}`, make("button", { type: "button", text: "复制", on: () => copy(ticket.no) }));
  $("call-done").hidden = false;
  tell(`已登记，工单号 ${ticket.no}`);
  $("said").focus();
}, event.target));

$("leave").addEventListener("click", () => attempt(async () => {
  await call("POST", "/sign-out?keeps_talks=true"); // those of a desk page open beside it
  session.token = "";
  location.reload();
}));

signIn(async () => {
  const known = await call("GET", "/desk/labels");
  labels = known;
  $("who").textContent = known.me;
  // who takes no tickets down is not asked to
  $("log-call").hidden = !mayTakeDown();
  $("centre").replaceChildren(...list(known.centres).map((each) => make("option", { value: each.name, text: each.title })));
  const wanted = new URLSearchParams(location.search).get("profile");
  $("centre").value = known.centres.some((each) => each.name === wanted) ? wanted : known.default;
  hints.clear();
  drawKinds();
  beginAlarmsLine($("alarms-line"), known.rights);
  $("said").focus();
});
passwordKey($("change-password"));
