// The sidebar beside any other system: what the caller says in, the rule and the wording out.

import { $, attempt, call, copy, list, make, session, signIn, tell, uuid } from "./core.js";
import { search, suggestions } from "./help.js";

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

$("said").addEventListener("input", ask);
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
  else if (event.altKey && event.key.toLowerCase() === "n") { event.preventDefault(); $("log-call").open = true; $("call-kind").focus(); }
  else if (event.key === "/" && !typing) { event.preventDefault(); $("search").focus(); }
});

// ---------------------------------------------------------------- logging the call

let labels = { centres: [], kinds: {} };
let key = uuid();

function drawFields() {
  const centre = labels.centres.find((each) => each.name === profile());
  const fields = centre?.kinds[$("call-kind").value]?.fields ?? [];
  $("call-fields").replaceChildren(...fields.map(({ name, label, offers }) => {
    const input = offers.length
      ? make("select", { name }, make("option", { value: "", text: "—" }), ...offers.map((each) => make("option", { value: each, text: each })))
      : name === "words" ? make("textarea", { name, rows: 2 }) : make("input", { name });
    if (name === "words") input.value = $("said").value.trim();
    if (name === "phone") input.value = $("phone").value.trim();
    return make("label", {}, label, input);
  }));
}
function drawKinds() {
  const kinds = labels.centres.find((each) => each.name === profile())?.kinds ?? {};
  $("call-kind").replaceChildren(...Object.entries(kinds).map(([kind, each]) => make("option", { value: kind, text: each.title })));
  if (kinds.inquiry) $("call-kind").value = "inquiry";
  drawFields();
}
$("log-call").addEventListener("toggle", drawFields);
$("call-kind").addEventListener("change", drawFields);
$("centre").addEventListener("change", drawKinds);
$("call-yes").addEventListener("click", (event) => attempt(async () => {
  const fields = Object.fromEntries([...$("call-fields").querySelectorAll("[name]")].map((each) => [each.name, each.value.trim()]).filter(([, value]) => value));
  if (!Object.keys(fields).length) {
    $("call-words").textContent = "请至少填写一项。";
    return;
  }
  $("call-words").textContent = "";
  const ticket = await call("POST", "/tickets", { body: { request_key: key, kind: $("call-kind").value, profile: profile(), fields } });
  key = uuid();
  $("log-call").open = false;
  $("said").value = "";
  hints.clear();
  tell(`已登记，工单号 ${ticket.no}`);
}, event.target));

$("leave").addEventListener("click", () => attempt(async () => {
  await call("POST", "/sign-out");
  session.token = "";
  location.reload();
}));

signIn(async () => {
  const known = await attempt(() => call("GET", "/desk/labels"));
  if (!known) return;
  labels = known;
  $("who").textContent = known.me;
  $("centre").replaceChildren(...list(known.centres).map((each) => make("option", { value: each.name, text: each.title })));
  const wanted = new URLSearchParams(location.search).get("profile");
  $("centre").value = known.centres.some((each) => each.name === wanted) ? wanted : known.default;
  hints.clear();
  drawKinds();
  $("said").focus();
});
