// Documents in and out: a file is looked at, its entries are recorded as drafts; the corpus is saved.

import { attempt, list, make, Problem, problemOf, session, tell } from "/desk/core.js";
import { empty } from "./states.js";
import { KIND } from "./words.js";

const API = "/api/v1";
const MOST_SHOWN = 200; // proposals drawn at once

async function send(method, path, body) {
  let response;
  try {
    response = await fetch(`${API}${path}`, { method, body, headers: { Authorization: `Bearer ${session.token}` }, cache: "no-store" });
  } catch {
    throw new Problem(0, "没有连上", "暂时连不上客服系统，请检查网络后重试。");
  }
  if (response.ok) return response;
  const data = await response.json().catch(() => null);
  throw problemOf(response.status, data);
}

/** Saves what a call gives as a file of this name. */
export async function download(path, name) {
  const content = await (await send("GET", path)).blob();
  const address = URL.createObjectURL(content);
  const link = make("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
  tell(`已保存 ${name}`);
}

export function openImport(place, context) {
  const chosen = make("input", { type: "file", accept: ".docx,.xlsx,.csv,.md,.txt,.pdf,.html,.yml,.yaml", ariaLabel: "要导入的文件" });
  const kind = make("select", { ariaLabel: "类型" }, make("option", { value: "", text: "类型：由内容判断" }), ...Object.entries(KIND).map(([key, words]) => make("option", { value: key, text: `都是${words}` })));
  const source = make("input", { placeholder: "来源；不写就用文件名", maxLength: 300, ariaLabel: "来源" });
  const pasted = make("textarea", { rows: 4, placeholder: "或者把文字、表格粘贴到这里", ariaLabel: "粘贴的文字" });
  const shown = make("div", { className: "import-shown" }, empty("先看，再存", "选好文件后会列出会变成哪些词条、做了哪些清理，看过再存为草稿。"));
  const look = make("button", { type: "button", className: "act", text: "看看会导入什么", on: () => attempt(preview, look) });
  const without = new Set();
  let sent = null;
  place.replaceChildren(
    make("header", { className: "head" }, make("a", { href: "#entries", className: "back", text: "‹ 词条" }), make("h1", { text: "导入文件" })),
    make("p", { className: "soft", text: "支持 Word、Excel、CSV、Markdown、文本、有文字的 PDF、网页，以及导出的 YAML；一个文件最大 50 MB。个人信息会先隐去。" }),
    make("div", { className: "filters" }, chosen, kind, source), pasted, make("div", { className: "acts" }, look), shown);

  const path = (more) => `/knowledge/imports?${new URLSearchParams([["name", sent.name], ["profile", context.profile], ...(sent.kind ? [["kind", sent.kind]] : []), ...(sent.source ? [["source", sent.source]] : []), ...more])}`;

  async function preview() {
    const file = chosen.files[0];
    if (!file && !pasted.value.trim()) return tell("请先选一个文件，或粘贴文字。", { bad: true });
    // what is looked at is what is saved, whatever is chosen above meanwhile
    const wishes = { kind: kind.value, source: source.value.trim() };
    sent = file ? { name: file.name, body: file, ...wishes } : { name: pasted.value.includes("\t") ? "粘贴的表格.tsv" : "粘贴的文字.txt", body: pasted.value, ...wishes };
    shown.replaceChildren(make("p", { className: "empty tall", text: "正在读取文件，长的文件要一两分钟…" }));
    try {
      draw(await (await send("POST", path([]), sent.body)).json());
    } catch (problem) {
      shown.replaceChildren(make("div", { className: "empty tall", role: "alert" }, make("p", { className: "bad", text: problem.message })));
    }
  }

  function draw(found) {
    const proposals = list(found.proposals);
    without.clear();
    if (!proposals.length) return shown.replaceChildren(empty("没有新内容", found.unchanged ? `文件里的 ${found.unchanged} 条和现有词条完全一样。` : "文件里没有可以做成词条的内容。"));
    const record = make("button", { type: "button", className: "act", on: () => attempt(save, record) });
    const tally = () => {
      record.textContent = `存为 ${proposals.length - without.size} 条草稿`;
      record.disabled = without.size === proposals.length;
    };
    tally();
    const waiting = proposals.filter((each) => each.needs_a_decision).length;
    const summary = [`会新增或修改 ${proposals.length} 条`, found.unchanged && `${found.unchanged} 条没有变化`, waiting && `${waiting} 条要人先看过才能通过审核`, ...list(found.counts).map((each) => `${each.name} ${each.count} 处`)].filter(Boolean).join("；");
    shown.replaceChildren(make("p", { text: `${summary}。` }), make("div", { className: "acts" }, record),
      ...listed(proposals, tally), changes(list(found.changes)));
  }

  /** The first of them, and a key for more: all are saved, so all can be looked at. */
  function listed(proposals, tally) {
    const lines = make("ol", { className: "proposals" }), more = make("button", { type: "button", on: () => show() });
    const rest = make("div", { className: "acts" }, more, make("span", { className: "soft", text: "没列出来的也会存为草稿。" }));
    let count = 0;
    function show() {
      lines.append(...proposals.slice(count, count + MOST_SHOWN).map((each) => proposal(each, tally)));
      count = Math.min(count + MOST_SHOWN, proposals.length);
      rest.hidden = count === proposals.length;
      more.textContent = `再看 ${Math.min(MOST_SHOWN, proposals.length - count)} 条（共 ${proposals.length} 条）`;
    }
    show();
    return [lines, rest];
  }

  function proposal(each, tally) {
    const wanted = make("input", { type: "checkbox", checked: true, ariaLabel: `导入：${each.title}` });
    wanted.addEventListener("change", () => {
      if (wanted.checked) without.delete(each.digest);
      else without.add(each.digest);
      tally();
    });
    const flags = list(each.flags).map((flag) => make("span", { className: "flag", text: flag.detail ? `${flag.name}：${flag.detail}` : flag.name }));
    return make("li", { className: "proposal" }, wanted, make("div", {},
      make("b", { text: each.title }), make("span", { className: "soft", text: ` ${KIND[each.kind] ?? ""} · ${each.origin}` }), ...flags,
      list(each.questions).length ? make("p", { className: "soft", text: `相似问：${each.questions.join("；")}` }) : null,
      make("p", { className: "suggest-text", text: each.answer })));
  }

  const changes = (those) => those.length ? make("details", {}, make("summary", { text: `清理了哪些文字（前 ${those.length} 处）` }),
    make("table", { className: "table" }, make("tbody", {}, ...those.map((each) => make("tr", {}, make("td", { className: "soft", text: each.where }), make("td", { text: each.before }), make("td", { text: each.after ? `→ ${each.after}` : "去掉" })))))) : "";

  async function save() {
    const done = await (await send("POST", path([["record", "true"], ...[...without].map((digest) => ["without", digest])]), sent.body)).json();
    tell(`已存为 ${list(done.recorded).length} 条草稿，请逐条提交审核。`);
    sessionStorage.setItem("seatmate.trainer.entries", JSON.stringify({ state: "draft" }));
    context.go("entries");
  }
  return {};
}
