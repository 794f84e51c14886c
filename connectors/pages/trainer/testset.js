// The test set as a table: what an examination asks; part of the page 测试与发布.

import { attempt, call, list, make, tell } from "/desk/core.js";
import { empty, fill } from "./states.js";
import { moment, who } from "./words.js";

const AT_ONCE = 30;
const WAIT = 250; // ms after the last letter
const ONLY = { "": "全部", not_asked: "不考的（词条已不在）", out_of_scope: "不该答的", added: "自己加的", changed: "改过的", removed: "去掉的" };
const ORIGIN = { file: "", changed: "改过", added: "自己加的", removed: "已去掉" };

/** The table, drawn into `place`; `context` is the page's. */
export class TestSet {
  constructor(place, context) {
    this.context = context;
    this.shown = make("div");
    this.form = make("div");
    this.search = make("input", { type: "search", placeholder: "按问法或词条编号找", maxLength: 300, ariaLabel: "找测试题" });
    this.only = make("select", { ariaLabel: "哪些测试题" }, ...Object.entries(ONLY).map(([value, text]) => make("option", { value, text })));
    this.search.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.read(), WAIT);
    });
    this.only.addEventListener("change", () => this.read());
    const add = make("button", { type: "button", text: "加一道测试题", on: () => this.edit() });
    place.replaceChildren(make("div", { className: "filters" }, this.search, this.only, add), this.form, this.shown);
    this.read();
  }

  get query() {
    return { profile: this.context.profile, q: this.search.value.trim(), ...(this.only.value && { only: this.only.value }), limit: AT_ONCE };
  }

  read() {
    return fill(this.shown, () => call("GET", "/knowledge/tests", { query: this.query }), (found) => this.draw(found));
  }

  draw(found) {
    if (!found.questions.length) return empty("没有这样的测试题", "换个条件找，或按“加一道测试题”。");
    const body = make("tbody", {}, ...found.questions.map((each) => this.line(each)));
    let shown = found.questions.length;
    const more = make("button", { type: "button", text: "再显示一些", hidden: shown >= found.total, on: () => attempt(async () => {
      const next = await call("GET", "/knowledge/tests", { query: { ...this.query, offset: shown } });
      shown += next.questions.length;
      body.append(...next.questions.map((each) => this.line(each)));
      more.hidden = shown >= next.total || !next.questions.length;
    }, more) });
    return [
      make("p", { className: found.not_asked ? "lacks" : "soft", text: `下次测试考 ${found.asked} 道${found.not_asked ? `；${found.not_asked} 道不考，因为它们的词条已经撤下或不在了，请改成别的词条或去掉` : ""}。这里找到 ${found.total} 道。` }),
      make("table", { className: "table testset" }, make("thead", {}, make("tr", {}, ...["问法", "应该答", "", ""].map((text) => make("th", { text, scope: "col" })))), body), more,
    ];
  }

  line(each) {
    const entries = each.entries.length ? each.entries.flatMap((id, place) => [place ? "、" : "", make("a", { href: `#entries/${encodeURIComponent(id)}`, text: id }), each.gone.includes(id) ? make("span", { className: "flag", text: "不在了" }) : ""]) : ["不该答"];
    const isRemoved = each.origin === "removed";
    const acts = make("span", { className: "acts" });
    const key = (text, work) => make("button", { type: "button", text, on: (event) => attempt(work, event.currentTarget) });
    if (!isRemoved) acts.append(key("修改", async () => this.edit(each)), key("去掉", () => this.send("DELETE", `/${each.question_id}`, "已去掉，下次测试不考。")));
    if (isRemoved || each.origin === "changed") acts.append(key("恢复原样", () => this.send("POST", `/${each.question_id}/restore`, "已恢复。")));
    return make("tr", { className: each.is_asked || isRemoved ? "" : "below" },
      make("td", { className: "main" }, isRemoved ? make("s", { text: each.text }) : make("a", { href: `#trying/${encodeURIComponent(each.text)}`, text: each.text })),
      make("td", { data: { label: "应该答" } }, ...entries),
      make("td", { className: "soft" }, ORIGIN[each.origin] ? make("span", { className: "tag", text: ORIGIN[each.origin] }) : null, each.author ? ` ${who(each.author)} ${moment(each.at)}` : "", each.is_asked || isRemoved ? "" : " 不考"),
      make("td", {}, acts));
  }

  async send(method, path, words) {
    await call(method, `/knowledge/tests${path}`, { query: { profile: this.context.profile } });
    tell(words);
    await this.read();
  }

  /** A form for a new question, or for one that is there. */
  async edit(question = null) {
    const text = make("input", { maxLength: 300, value: question?.text ?? "", ariaLabel: "问法", placeholder: "像客户那样问一句" });
    const entries = make("input", { value: question?.entries.join(" ") ?? "", ariaLabel: "应该答的词条编号", placeholder: "词条编号，几个都对就用空格隔开；不该答的留空" });
    const near = make("div", { className: "acts" });
    const look = make("button", { type: "button", text: "找词条", on: () => attempt(async () => {
      const found = await call("GET", "/knowledge/search", { query: { profile: this.context.profile, q: text.value.trim(), k: 3 } });
      near.replaceChildren(...list(found.entries).map((each) => make("button", { type: "button", text: each.title, on: () => { entries.value = [...new Set([...entries.value.split(/[\s,，、]+/).filter(Boolean), each.entry_id])].join(" "); } })));
    }, look) });
    const keep = make("button", { className: "act", text: question ? "保存修改" : "加上" });
    const form = make("form", { className: "filters" }, text, entries, look, keep, make("button", { type: "button", text: "不改了", on: () => this.form.replaceChildren() }), near);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!text.value.trim()) {
        text.focus();
        return;
      }
      attempt(async () => {
        const body = { profile: this.context.profile, text: text.value.trim(), entries: entries.value.split(/[\s,，、]+/).filter(Boolean) };
        await call(question ? "PUT" : "POST", question ? `/knowledge/tests/${question.question_id}` : "/knowledge/tests", { body });
        tell(question ? "已保存，下次测试起照这样考。" : "已加上，下次测试起考它。");
        this.form.replaceChildren();
        await this.read();
      }, keep);
    });
    this.form.replaceChildren(form);
    text.focus();
  }
}
