// The shell of the console: who is in, which centre, which page; the pages are in pages.js.

import { beginAlarmsLine } from "/desk/alarms_line.js";
import { $, attempt, call, list, make, session, signIn } from "/desk/core.js";
import { pagesFor } from "./pages.js";
import { empty, failed } from "./states.js";

const CENTRE = "seatmate.trainer.centre";
let labels = null;
let pages = [];
let open = null; // what the open page gave back

function address() {
  const [id, ...rest] = decodeURIComponent(location.hash.slice(1)).split("/");
  return { page: pages.find((each) => each.id === id) ?? pages[0], detail: rest.join("/") };
}

const zoneOf = (name) => labels.centres.find((each) => each.name === name)?.timezone;

function go(id, detail = "") {
  const wanted = `#${id}${detail && `/${encodeURIComponent(detail)}`}`;
  if (location.hash === wanted) show();
  else location.hash = wanted;
}

function show() {
  if (!pages.length) return;
  const { page, detail } = address();
  open?.close?.();
  // a new element for each page: what an old one still reads cannot fall into it
  const place = make("div", { className: `page-${page.id}` });
  $("place").replaceChildren(place);
  document.title = `${page.title} · 训练台`;
  for (const link of $("menu").querySelectorAll("a")) link.toggleAttribute("aria-current", link.dataset.id === page.id);
  open = page.open(place, { me: labels.me, role: labels.role, rights: list(labels.rights), profile: $("centre").value, timezone: zoneOf($("centre").value), detail, go }) ?? null;
}

addEventListener("hashchange", show);
$("centre").addEventListener("change", () => {
  sessionStorage.setItem(CENTRE, $("centre").value);
  show();
});
document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || $("page").hidden) return;
  if (event.target.closest("input, textarea, select, dialog")) return;
  open?.key?.(event);
});
// opened from the desk page, this one has the same session
if (opener) $("leave").title = "在这里退出，坐席工作台也会一起退出";
$("leave").addEventListener("click", () => attempt(async () => {
  await call("POST", "/sign-out");
  session.token = "";
  location.reload();
}, $("leave")));

async function begin() {
  try {
    labels = await call("GET", "/trainer/labels");
  } catch (problem) {
    if (problem.status !== 401) $("place").replaceChildren(failed(problem, begin));
    return;
  }
  $("who").textContent = labels.me;
  beginAlarmsLine($("alarms-line"), labels.rights);
  $("centre").replaceChildren(...list(labels.centres).map((each) => make("option", { value: each.name, text: each.title })));
  const known = sessionStorage.getItem(CENTRE);
  $("centre").value = labels.centres.some((each) => each.name === known) ? known : labels.default;
  pages = pagesFor(list(labels.rights));
  if (!pages.length) $("place").replaceChildren(empty("您的角色用不了这个页面", "请换一个账号登录，或请主管调整角色。"));
  $("menu").replaceChildren(...pages.map((each) => make("li", {}, make("a", { href: `#${each.id}`, text: each.title, data: { id: each.id } }))));
  show();
}

signIn(begin);
