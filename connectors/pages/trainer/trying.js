// 试一试: what would be answered to any question, and why; live, and beside it what was examined.

import { attempt, call, list, make } from "/desk/core.js";
import { empty, fill } from "./states.js";
import { DECISION, KIND, PART, percent, REASON } from "./words.js";

const KEPT = "seatmate.trainer.try";

export default {
  id: "trying",
  title: "试一试",
  open(place, context) {
    const input = make("input", { type: "search", maxLength: 500, placeholder: "像客户那样问一句", ariaLabel: "要试的问题", value: context.detail || (sessionStorage.getItem(KEPT) ?? ""), autocomplete: "off" });
    const key = make("button", { className: "act", text: "试一试" });
    const both = make("label", { className: "switch", hidden: true }, make("input", { type: "checkbox", checked: true }), make("span", {}));
    const form = make("form", { className: "filters" }, input, key, both);
    const shown = make("div", { className: "tried" });
    let run = null; // what was examined and is not live

    form.addEventListener("submit", (event) => {
      event.preventDefault();
      ask();
    });
    both.addEventListener("change", () => ask());

    function ask() {
      const text = input.value.trim();
      if (!text) {
        shown.replaceChildren(empty("还没有试过", "输入一句客户的话，看会怎么回答、为什么。"));
        return null;
      }
      sessionStorage.setItem(KEPT, text);
      const body = { text, profile: context.profile, ...(run && both.firstChild.checked && { run }) };
      return attempt(() => fill(shown, () => call("POST", "/knowledge/try", { body }), (found) => [
        verdict("线上", found.live),
        found.examined ? verdict(`测试过、还没发布的（测试 ${run}）`, found.examined) : null,
      ]), key);
    }

    place.replaceChildren(make("h1", { text: "试一试" }), form, shown);
    input.focus({ preventScroll: true });
    (async () => {
      const found = await call("GET", "/knowledge/runs", { query: { profile: context.profile } }).catch(() => null);
      run = list(found?.runs).find((each) => each.state === "examined")?.no ?? null;
      both.hidden = run === null;
      both.lastChild.textContent = "同时看测试过、还没发布的";
      ask();
    })();
    return { key: (event) => { if (event.key === "/") { event.preventDefault(); input.focus(); } } };
  },
};

function verdict(title, found) {
  const candidates = list(found.candidates);
  return make("section", { className: "verdict" },
    make("h2", { text: title }),
    make("p", { className: "decision", data: { decision: found.decision } }, make("b", { text: DECISION[found.decision] ?? found.decision })),
    make("p", { text: REASON[found.reason] ?? found.reason }),
    candidates.length ? scale(candidates[0].probability, found.limits) : null,
    make("p", { className: "soft", text: `像本中心的事：${percent(found.inside)} · 与“不属于本中心”的问法最近 ${found.question.foreign.toFixed(2)}，与能答的词条最近 ${found.question.similarity.toFixed(2)}` }),
    make("ol", { className: "candidates" }, ...candidates.map((each, place) => candidate(each, place, candidates))));
}

/** Where the first candidate stands between the limits. */
function scale(probability, limits) {
  const mark = (at, text) => {
    const line = make("span", { className: "limit", title: text }, make("small", { text: `${text} ${percent(at)}` }));
    line.style.insetInlineStart = percent(at, 1);
    return line;
  };
  const bar = make("span", { className: "filled" });
  bar.style.inlineSize = percent(probability, 1);
  return make("div", { className: "scale", role: "img", ariaLabel: `第一条 ${percent(probability)}；直接回答要 ${percent(limits.answer)}，给出建议要 ${percent(limits.suggest)}，前三条合计 ${percent(limits.clarify)} 才请客户选` },
    bar, mark(limits.clarify, "请客户选"), mark(limits.suggest, "给出建议"), mark(limits.answer, "直接回答"));
}

function candidate(each, place, all) {
  const most = Math.max(...all.flatMap((one) => one.parts.map((part) => Math.abs(part.adds))), 0.01);
  return make("li", {}, make("details", { open: place === 0 },
    make("summary", {}, make("b", { text: `${percent(each.probability)} ` }), make("a", { href: `#entries/${each.entry_id}`, text: each.title }), make("span", { className: "soft", text: ` ${KIND[each.kind] ?? ""} · 得分 ${each.score.toFixed(2)}` })),
    make("p", { className: "suggest-text", text: each.answer }),
    make("table", { className: "parts" }, make("tbody", {}, ...each.parts.map((part) => {
      const [name, meaning] = PART[part.name] ?? [part.name, ""];
      const bar = make("span", { className: "adds", data: { less: part.adds < 0 ? "yes" : "" } });
      bar.style.inlineSize = percent(Math.abs(part.adds) / most, 1);
      return make("tr", { title: meaning }, make("th", { scope: "row", text: name }), make("td", { className: "number", text: part.value.toFixed(3) }), make("td", { className: "number", text: `${part.adds < 0 ? "−" : "+"}${Math.abs(part.adds).toFixed(2)}` }), make("td", { className: "bars" }, bar));
    })))));
}
