// 词条: a table that is searched as people type; the editor, the import and the export open from it.

import { attempt, call, list, make, str } from "/desk/core.js";
import { openEditor } from "./editor.js";
import { openImport, download } from "./documents.js";
import { empty, fill } from "./states.js";
import { KIND, ONLY, STATE } from "./words.js";

const WAIT = 150; // after the last key
const PIECE = 100;
const KEPT = "seatmate.trainer.entries"; // what was looked for, so that the way back leads there

const select = (name, label, choices, value) => make("label", { className: "filter" },
  make("span", { className: "unseen", text: label }),
  make("select", { name, ariaLabel: label }, make("option", { value: "", text: `${label}：全部` }),
    ...Object.entries(choices).map(([key, words]) => make("option", { value: key, text: words, selected: key === value }))));

function openList(place, context) {
  const asked = { q: "", kind: "", state: "", only: "", ...JSON.parse(sessionStorage.getItem(KEPT) ?? "{}") };
  const search = make("input", { type: "search", name: "q", value: asked.q, placeholder: "搜索标题、相似问、答案、编号", autocomplete: "off", ariaLabel: "搜索词条" });
  const count = make("span", { className: "soft", role: "status" });
  const form = make("form", { className: "filters", role: "search" }, search,
    select("kind", "类型", KIND, asked.kind), select("state", "状态", STATE, asked.state), select("only", "需要看的", ONLY, asked.only), count);
  form.addEventListener("submit", (event) => event.preventDefault());
  const rows = make("div", { className: "entry-list" });
  place.replaceChildren(
    make("header", { className: "head" }, make("h1", { text: "词条" }), make("span", { className: "space" }),
      make("button", { type: "button", className: "act", text: "新建词条", on: () => context.go("entries", "+new") }),
      make("button", { type: "button", text: "导入文件", on: () => context.go("entries", "+import") }),
      make("button", { type: "button", text: "矛盾和重复", title: "全部词条两两比较", on: () => context.go("entries", "+alike") }),
      make("button", { type: "button", text: "导出 Excel", on: (event) => attempt(() => download(`/knowledge/export?format=xlsx&profile=${context.profile}`, `${context.profile}-词条.xlsx`), event.target) }),
      make("button", { type: "button", text: "导出 YAML", on: (event) => attempt(() => download(`/knowledge/export?format=yml&profile=${context.profile}`, `${context.profile}-词条.yml`), event.target) })),
    form, rows);

  const query = (offset) => ({ ...Object.fromEntries(Object.entries(asked).filter(([, value]) => value)), profile: context.profile, limit: String(PIECE), offset: String(offset) });
  const read = () => fill(rows, () => call("GET", "/knowledge/entries", { query: query(0) }), (found) => {
    const shown = list(found.entries);
    count.textContent = found.total === found.of ? `共 ${found.of} 条` : `${found.total} / ${found.of} 条`;
    if (!shown.length) return found.of ? empty("没有符合条件的词条", "换个词，或去掉筛选条件。") : empty("还没有词条", "新建一条，或导入已有的文件。");
    const body = make("tbody", {}, ...shown.map(row));
    const more = make("button", { type: "button", text: `再看 ${PIECE} 条`, hidden: shown.length >= found.total, on: () => attempt(async () => {
      const next = await call("GET", "/knowledge/entries", { query: query(body.childElementCount) });
      body.append(...list(next.entries).map(row));
      more.hidden = body.childElementCount >= next.total;
    }, more) });
    return [make("table", { className: "table" },
      make("thead", {}, make("tr", {}, ...["标题", "类型", "状态", "线上", "90 天内用上", "复核日"].map((text) => make("th", { text, scope: "col" })))),
      body), more];
  });

  function row(each) {
    const live = each.live_version === null ? "没有" : each.live_version === each.version ? "同一版" : `第 ${each.live_version} 版`;
    const used = each.kind === "script" ? "—" : `${each.hits} 次${each.wrong ? `，${each.wrong} 次说没用` : ""}`;
    const notes = [each.topic, each.region && `仅${each.region}`, !each.is_valid && each.state !== "withdrawn" && "现在不生效"].filter(Boolean).join(" · ");
    const link = make("a", { href: `#entries/${each.entry_id}`, text: each.title || "（没有标题）" });
    return make("tr", {},
      make("td", { className: "main" }, link, make("span", { className: "soft sub", text: notes })),
      make("td", { text: KIND[each.kind] ?? each.kind }),
      make("td", {}, make("span", { className: "tag", text: STATE[each.state] ?? each.state, data: { state: each.state } })),
      make("td", { text: live, data: { label: "线上" } }),
      make("td", { text: used, data: { label: "90 天内" } }),
      make("td", { text: str(each.review_by) || "—", data: { label: "复核日" } }));
  }

  let pending = null;
  form.addEventListener("input", (event) => {
    asked[event.target.name] = event.target.value.trim();
    sessionStorage.setItem(KEPT, JSON.stringify(asked));
    clearTimeout(pending);
    pending = setTimeout(read, event.target === search ? WAIT : 0);
  });
  read();
  search.focus({ preventScroll: true });
  return {
    close: () => clearTimeout(pending),
    key: (event) => {
      if (event.key === "/") { event.preventDefault(); search.focus(); }
      if (event.key === "n") context.go("entries", "+new");
    },
  };
}

/** Pairs of the whole corpus, both texts side by side. */
function openAlike(place, context) {
  const side = (each) => make("div", {}, make("a", { href: `#entries/${each.entry_id}`, text: each.title }), make("span", { className: "soft", text: ` ${KIND[each.kind] ?? ""} · ${STATE[each.state] ?? ""}` }),
    make("p", { className: "soft", text: `“${each.question}”` }), make("p", { className: "suggest-text", text: each.answer }));
  const pair = (each, severity) => make("article", { className: "near", data: { severity } }, each.said ? make("p", {}, make("b", { text: `说法矛盾：${each.said[0]} / ${each.said[1]}` })) : null, make("div", { className: "pair" }, ...each.entries.map(side)));
  const group = (title, those, total, severity) => those.length ? [make("h2", { text: `${title} ${total} 对` }), total > those.length ? make("p", { className: "soft", text: `先列最相近的 ${those.length} 对，改过再看其余的。` }) : null, ...those.map((each) => pair(each, severity))] : [];
  const found = make("div", { className: "clashes" });
  place.replaceChildren(make("header", { className: "head" }, make("a", { href: "#entries", className: "back", text: "‹ 词条" }), make("h1", { text: "矛盾和重复" })),
    make("p", { className: "soft", text: "问的是同一件事的词条：答得不一样的要改对，一样的可以合成一条。适用地区不同的不算。" }), found);
  fill(found, () => call("GET", "/knowledge/alike", { query: { profile: context.profile } }), (told) => {
    const parts = [...group("矛盾", list(told.contradictions), told.contradictions_in_all, "breach"), ...group("重复", list(told.duplicates), told.duplicates_in_all, "warning")];
    return parts.length ? parts : empty("没有矛盾，也没有重复", "全部词条已两两比较过。");
  });
  return {};
}

export default {
  id: "entries",
  title: "词条",
  open(place, context) {
    if (context.detail === "+import") return openImport(place, context);
    if (context.detail === "+alike") return openAlike(place, context);
    if (context.detail) return openEditor(place, context);
    return openList(place, context);
  },
};
