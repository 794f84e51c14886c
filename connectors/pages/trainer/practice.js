// 案例与练习: trainers make cases of good talks and see who practised; everybody answers them.

import { attempt, call, list, make, tell } from "/desk/core.js";
import { empty, fill } from "./states.js";
import { moment, percent } from "./words.js";

const UNFIT = Symbol("unfit"); // nothing was kept: what is typed stays
const RATING = { good: "客户满意", fair: "客户觉得一般" };
const SEVERITY = { breach: "不能这样说", warning: "请再看一眼", info: "提示" };
const heading = (text) => make("h2", { text });
const said = (who, text, className) => make("div", { className: `bubble ${className}` }, make("span", { className: "unseen", text: who }), text);

class PracticePage {
  constructor(place, context) {
    this.context = context;
    this.query = { profile: context.profile };
    this.cases = make("div");
    this.going = make("div", { className: "practising" });
    this.library = make("div");
    this.everybody = make("div");
    const teaches = context.rights.includes("teach");
    place.append(make("h1", { text: "案例与练习" }), this.going, heading("练习"), this.cases,
      ...(teaches ? [heading("案例库"), this.library, heading("大家的成绩"), this.everybody] : []));
    this.readCases();
    if (teaches) {
      this.readLibrary();
      this.readEverybody();
    }
  }

  // ---------------------------------------------------------------- practising

  readCases() {
    return fill(this.cases, () => call("GET", "/practice", { query: this.query }), ({ cases, results }) => [
      cases.length ? make("ul", { className: "case-list" }, ...cases.map((each) => {
        const key = make("button", { type: "button", className: "act", text: "开始", on: () => attempt(async () => this.show(await call("POST", "/practice", { body: { ...this.query, case_id: each.case_id } })), key) });
        return make("li", {}, make("b", { text: each.title }), make("span", { className: "soft", text: `客户说 ${each.steps} 次` }), key);
      })) : empty("还没有可以练习的案例", "培训师把好的会话做成案例、放出来之后，就能在这里练习。"),
      results.length ? make("details", {}, make("summary", { text: `我的成绩（${results.length} 次）` }), this.results(results, (each) => make("button", { type: "button", text: each.score === null ? "接着练" : "再看看", on: (event) => attempt(async () => this.show(await call("GET", `/practice/${each.practice_id}`)), event.currentTarget) }))) : null,
    ]);
  }

  results(those, key) {
    return make("table", { className: "table" }, make("thead", {}, make("tr", {}, ...["时间", "谁", "案例", "得分", ""].map((text) => make("th", { text, scope: "col" })))), make("tbody", {}, ...those.map((each) => make("tr", {},
      make("td", { className: "nowrap", text: moment(each.begun_at) }), make("td", { className: "nowrap", text: each.person }), make("td", { className: "main", text: each.title }),
      make("td", { className: "number", text: each.score === null ? "没有练完" : `${each.score} 分` }), make("td", {}, key?.(each) ?? "")))));
  }

  show(practice) {
    const { replies, next } = practice;
    const talk = make("div", { className: "phone" }, ...replies.flatMap((each) => [said("客户：", each.asked, ""), said("您：", each.text, "mine"), this.judged(each)]));
    if (next !== null) talk.append(said("客户：", next, ""));
    const parts = [make("h2", { text: practice.title }), make("p", { className: "soft", text: `第 ${Math.min(replies.length + 1, practice.steps)} 句，共 ${practice.steps} 句` }), talk];
    if (next === null) {
      parts.push(make("p", { className: "done", text: `✓ 练完了，得 ${practice.score} 分。` }), make("button", { type: "button", text: "关上", on: () => this.going.replaceChildren() }));
      this.readCases();
      if (this.context.rights.includes("teach")) this.readEverybody();
    } else parts.push(this.replyForm(practice));
    this.going.replaceChildren(...parts);
    this.going.querySelector("textarea")?.focus();
  }

  replyForm(practice) {
    const text = make("textarea", { rows: 3, maxLength: 2000, placeholder: "像给客户回复那样写", ariaLabel: "您的回复" });
    const send = make("button", { className: "act", text: "回复" });
    const form = make("form", {}, text, make("div", { className: "acts" }, send, make("button", { type: "button", text: "先不练了", on: () => { this.going.replaceChildren(); this.readCases(); } })));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!text.value.trim()) {
        text.focus();
        return;
      }
      attempt(async () => this.show(await call("POST", `/practice/${practice.practice_id}/replies`, { body: { step: practice.replies.length, text: text.value } })), send);
    });
    return form;
  }

  /** What the reply is worth and why, beside the wording. */
  judged({ wording, judged }) {
    const reasons = [
      `意思与参考话术接近 ${percent(judged.meaning)}`,
      judged.figures === null ? null : judged.missing.length ? `少了：${judged.missing.join("、")}` : "该说的数字都说了",
      ...list(judged.wrong).map(([right, wrong]) => `数字不对：应是 ${right}，您写的是 ${wrong}`),
      judged.opposite ? `是非说反了：应是“${judged.opposite[0]}”，您写的是“${judged.opposite[1]}”` : null,
      // a rule that is broken twice is told once
      ...new Set(list(judged.findings).map((each) => `${SEVERITY[each.severity] ?? ""}：${each.message}`)),
      judged.findings.length ? null : "用语没有问题",
    ].filter(Boolean);
    return make("div", { className: "judged" }, make("b", { text: `${judged.score} 分` }), make("ul", { className: "lines" }, ...reasons.map((text) => make("li", { text }))), make("details", {}, make("summary", { text: "参考话术" }), make("p", { className: "suggest-text", text: wording })));
  }

  // ---------------------------------------------------------------- the trainer's library

  readLibrary() {
    return fill(this.library, () => Promise.all([call("GET", "/cases", { query: this.query }), call("GET", "/cases/candidates", { query: this.query })]), ([{ cases }, { candidates }]) => [
      cases.length ? make("div", {}, ...cases.map((each) => this.case(each))) : make("p", { className: "soft", text: "案例库还是空的，从下面的会话里挑一个好的做成案例。" }),
      make("h3", { text: "可以做成案例的会话" }),
      candidates.length ? make("div", {}, ...candidates.map((each) => this.candidate(each))) : make("p", { className: "soft", text: "现在没有。坐席接待并结束、客户没有给差评的会话会出现在这里；有人举报的会话不会。" }),
    ]);
  }

  readEverybody() {
    return fill(this.everybody, () => call("GET", "/practice/results", { query: this.query }), ({ results }) => (results.length ? this.results(results) : make("p", { className: "soft", text: "还没有人练习过。" })));
  }

  candidate(each) {
    const key = make("button", { type: "button", text: "做成案例", on: () => attempt(async () => {
      await call("POST", "/cases", { body: { ...this.query, conversation_id: each.conversation_id } });
      tell("已做成案例，看过、改好之后再放出来练习。");
      await this.readLibrary();
    }, key) });
    const steps = each.steps.flatMap((step) => [said("客户：", step.asked, ""), said("坐席：", step.wording, "mine")]);
    return make("details", { className: "candidate" }, make("summary", { text: `${moment(each.ended_at)} ${each.agent} 接待${RATING[each.rating] ? `，${RATING[each.rating]}` : ""}：${each.steps[0].asked.split("\n").at(-1)}` }), make("div", { className: "phone" }, ...steps), key);
  }

  case(each) {
    const title = make("input", { value: each.title, maxLength: 80, ariaLabel: "案例标题" });
    const rows = each.steps.map((step) => [make("textarea", { rows: 2, value: step.asked, maxLength: 1000, ariaLabel: "客户说" }), make("textarea", { rows: 3, value: step.wording, maxLength: 1000, ariaLabel: "参考话术" })]);
    const body = (isReady) => ({ ...this.query, title: title.value.trim(), is_ready: isReady, version: each.version, steps: rows.map(([asked, wording]) => ({ asked: asked.value, wording: wording.value })).filter((step) => step.asked.trim() && step.wording.trim()) });
    const key = (text, work, className = "") => make("button", { type: "button", className, text, on: (event) => attempt(async () => {
      if ((await work()) === UNFIT) return;
      await Promise.all([this.readLibrary(), this.readCases()]);
    }, event.currentTarget) });
    const keep = (isReady) => {
      const half = rows.flat().find((field, place, all) => !field.value.trim() && all[place ^ 1].value.trim());
      if (!half) return call("PUT", `/cases/${each.case_id}`, { body: body(isReady) });
      half.focus();
      tell("这一步只写了一栏：请补上这一栏，或把两栏都清空。", { bad: true });
      return UNFIT;
    };
    return make("details", { className: "case" },
      make("summary", {}, make("b", { text: each.title }), make("span", { className: "tag", data: { state: each.is_ready ? "approved" : "draft" }, text: each.is_ready ? "可以练习" : "还没放出来" }), make("span", { className: "soft", text: ` ${each.author} ${moment(each.at)}` })),
      make("label", { className: "field wide" }, make("span", { text: "标题" }), title),
      ...rows.map(([asked, wording]) => make("div", { className: "case-step" }, make("label", { className: "field" }, make("span", { text: "客户说" }), asked), make("label", { className: "field" }, make("span", { text: "参考话术" }), wording))),
      make("p", { className: "soft", text: "两栏都清空的一步会去掉。" }),
      make("div", { className: "acts" }, key("保存", () => keep(each.is_ready)), each.is_ready ? key("收回，不再练习", () => keep(false)) : key("保存并放出来练习", () => keep(true), "act"), key("移出案例库", () => call("DELETE", `/cases/${each.case_id}`, { query: this.query }))));
  }
}

export default {
  id: "practice",
  title: "案例与练习",
  right: "practise",
  open(place, context) {
    return { page: new PracticePage(place, context) };
  },
};
