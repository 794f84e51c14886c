// 测试与发布: one page from top to bottom: what changed, examine, against live, who changed sides,
// how far the numbers can be trusted, publish; below it the publications so far.

import { attempt, call, lasted, list, make, tell } from "/desk/core.js";
import { figures, reliability } from "./charts.js";
import { download } from "./documents.js";
import { empty, fill } from "./states.js";
import { TestSet } from "./testset.js";
import { FIELD, FIGURE, HEARD, LESS_IS_BETTER, moment, percent, STEP, VERDICT, who } from "./words.js";

const LOOK = 1_000; // while an examination goes on
const ENDED = { failed: "没有做成，线上没有变化", cancelled: "已取消", broken_off: "中断了（进程被结束或机器重启）", replaced: "之后又测试过" };
const SHOWN = 20;

// "offered, at place 2", "wrong: bill-pay": how the gate writes down what was heard
function heardThen(told) {
  const [, heard, place, entry] = /^(\w+)(?:, at place (\d+))?(?:: (.*))?$/.exec(told) ?? [];
  return `${HEARD[heard] ?? told}${place ? `（排第 ${place}）` : ""}${entry ? `（${entry}）` : ""}`;
}

export default {
  id: "publishing",
  title: "测试与发布",
  open(place, context) {
    const page = new Publishing(context);
    page.draw(place);
    return { close: () => page.close() };
  },
};

class Publishing {
  constructor(context) {
    Object.assign(this, { context, isClosed: false, timer: null, last: null });
    this.query = { profile: context.profile };
    this.parts = Object.fromEntries(["changed", "run", "found", "history", "tests"].map((name) => [name, make("div", { className: `part-${name}` })]));
  }

  draw(place) {
    const { changed, run, found, history, tests } = this.parts;
    place.replaceChildren(make("h1", { text: "测试与发布" }), make("h2", { text: "1 改了什么" }), changed, make("h2", { text: "2 测试" }), run, found, make("h2", { text: "发布历史" }), history, make("details", { className: "tests", id: "tests" }, make("summary", { text: "测试题" }), tests));
    const opened = place.querySelector("#tests");
    opened.addEventListener("toggle", () => { if (opened.open && !tests.childElementCount) this.testSet = new TestSet(tests, this.context); });
    this.readChanges();
    this.readRuns();
    this.readHistory();
  }

  close() {
    this.isClosed = true;
    clearTimeout(this.timer);
  }

  readChanges() {
    fill(this.parts.changed, () => call("GET", "/knowledge/changes", { query: this.query }), (found) => {
      const { added, changed, removed } = found;
      const waiting = found.in_review ? make("p", { className: "soft" }, `还有 ${found.in_review} 条`, make("a", { href: "#entries", text: "等人审核", on: () => sessionStorage.setItem("seatmate.trainer.entries", JSON.stringify({ state: "review" })) }), "，审核通过才会进入下一次发布。") : null;
      if (!added.length && !changed.length && !removed.length) return [make("p", { text: "审核通过的内容和线上一样，没有要发布的。" }), waiting];
      const one = (each, more) => make("li", {}, make("a", { href: `#entries/${each.entry_id}`, text: each.title }), more ?? "");
      const group = (words, those, more) => those.length ? make("details", { open: those.length <= SHOWN }, make("summary", { text: `${words} ${those.length} 条` }), make("ul", { className: "lines" }, ...those.map((each) => one(each, more?.(each))))) : null;
      return [
        group("新增", added),
        group("修改", changed, (each) => make("span", { className: "soft", text: ` 改了${list(each.differences).map((one_) => FIELD[one_.field] ?? one_.field).join("、")}` })),
        group("去掉", removed), waiting];
    });
  }

  async readRuns() {
    if (this.isClosed) return;
    let again = LOOK * 5;
    try {
      const found = await call("GET", "/knowledge/runs", { query: this.query });
      if (this.isClosed) return;
      this.drawRun(found);
      if (found.running) again = LOOK;
    } catch (problem) {
      if (this.isClosed) return;
      if (!this.last) this.parts.run.replaceChildren(make("p", { className: "bad", text: problem.message }));
    }
    this.timer = setTimeout(() => this.readRuns(), again);
  }

  drawRun({ running, runs }) {
    const newest = list(runs)[0] ?? null;
    // a later test that failed or was cancelled takes nothing away from it
    const usable = list(runs).find((each) => ["examined", "published"].includes(each.state));
    const usual = list(runs).find((each) => ["examined", "published", "replaced"].includes(each.state))?.seconds;
    const seen = JSON.stringify([running, newest?.no, newest?.state]);
    if (seen === this.last) return;
    const before = this.last;
    this.last = seen;
    const begin = make("button", { type: "button", className: usable?.state === "examined" ? "" : "act", text: newest ? "重新测试" : "开始测试", on: () => attempt(() => this.begin(), begin) });
    if (running) {
      const mine = running.profile === this.context.profile;
      const box = this.progress(running, usual, mine);
      if (this.parts.run.firstChild !== box) this.parts.run.replaceChildren(box);
      if (mine) this.parts.found.replaceChildren();
    } else {
      const said = !newest ? "还没有测试过。测试会用测试题考一遍审核通过的全部词条，不影响线上。"
        : newest.state in ENDED ? `上次测试（${who(newest.author)}，${moment(newest.started_at)}）${ENDED[newest.state]}${newest.why && newest.state === "failed" ? `。原因：${newest.told || newest.why}` : "。"}`
          : `上次测试：${who(newest.author)}，${moment(newest.started_at)}，用了 ${lasted(newest.seconds)}${newest.publication_no ? `，已发布为第 ${newest.publication_no} 次` : ""}。`;
      const kept = usable && usable !== newest ? make("p", { text: `下面是之前那次测试的结果（${who(usable.author)}，${moment(usable.started_at)}）${usable.state === "examined" ? "，仍然可以发布" : ""}。` }) : "";
      this.parts.run.replaceChildren(make("p", { text: said, className: newest?.state in ENDED ? "bad" : "" }), kept, make("div", { className: "acts" }, begin, usual ? make("span", { className: "soft", text: `大约要 ${lasted(usual)}；可以离开这一页，回来还在。` }) : null));
      if (usable) this.readFound(usable.no);
      else this.parts.found.replaceChildren();
      if (before) {
        this.readChanges();
        this.readHistory();
      }
    }
  }

  /** Drawn once for a run and then only filled: the key to cancel keeps its focus. */
  progress(run, usual, isMine) {
    if (this.going?.no !== run.no) {
      const stop = make("button", { type: "button", text: "取消测试", on: () => attempt(async () => {
        await call("DELETE", `/knowledge/runs/${run.no}`);
        tell("已取消，没有发布任何内容。");
      }, stop) });
      const said = make("p", {}), steps = make("ol", { className: "steps" });
      this.going = { no: run.no, said, steps, box: make("div", { className: "progress" }, said, steps, make("div", { className: "acts" }, stop)) };
    }
    const { said, steps, box } = this.going;
    const done = STEP.findIndex(([name]) => name === run.step);
    const state = (place) => (place <= done ? "done" : place === done + 1 ? "now" : "later");
    const sign = { done: "✓", now: "…", later: "·" };
    said.textContent = `${who(run.author)} 正在${run.kind === "bot" ? "训练机器人" : `测试${isMine ? "" : `另一个中心（${run.profile}）`}`}，已用 ${lasted(run.seconds)}${usual ? `，上次用了 ${lasted(usual)}` : ""}。可以离开这一页，测试会继续。`;
    steps.replaceChildren(...STEP.map(([, words], place) => make("li", { data: { state: state(place) }, text: `${sign[state(place)]} ${words}` })));
    return box;
  }

  async begin() {
    await call("POST", "/knowledge/runs", { body: this.query });
    clearTimeout(this.timer);
    await this.readRuns();
  }

  readFound(no) {
    fill(this.parts.found, () => call("GET", `/knowledge/runs/${no}`), (run) => this.found(run));
  }

  found(run) {
    const { ruling } = run;
    const worse = run.turned.filter((each) => each.is_worse), better = run.turned.filter((each) => !each.is_worse);
    return [
      make("h2", { text: "3 成绩，与线上比" }), this.table(run),
      ruling.left_out.length ? make("details", {}, make("summary", { text: `${ruling.left_out.length} 个问法没有考：它们的词条已撤下或过期` }), make("ul", { className: "lines" }, ...ruling.left_out.map((text) => make("li", { text })))) : null,
      make("h2", { text: "4 变化的问法" }),
      run.against === null ? make("p", { className: "soft", text: "线上还没有发布过，没有可比的。" }) : worse.length || better.length ? null : make("p", { text: "没有一条问法的结果变了。" }),
      this.turned("变差", worse, true), this.turned("变好", better, false),
      make("h2", { text: "5 把握可信吗" }),
      make("div", { className: "figure" }, reliability(list(ruling.reliability)), make("p", { className: "soft", text: "点在虚线上，说明给出的把握名副其实；点在虚线下面，说明说得太满。点越大，题越多。" })),
      make("h2", { text: "6 发布" }), this.publish(run),
    ];
  }

  table(run) {
    const { ruling, compared } = run;
    // another test set than the live one's: both are reckoned over the questions asked both times
    const isOther = run.against !== null && compared.questions !== run.questions;
    const below = Object.fromEntries(list(ruling.below).map((each) => [each.name, each.floor]));
    const rows = Object.entries(FIGURE).filter(([name]) => ruling.figures[name] !== undefined).map(([name, words]) => {
      const now = ruling.figures[name], before = compared.live[name];
      const change = before === undefined ? null : compared.now[name] - before;
      const isWorse = change !== null && Math.abs(change) > 0.0005 && (change < 0) !== LESS_IS_BETTER.has(name);
      const isBetter = change !== null && Math.abs(change) > 0.0005 && !isWorse;
      const told = change === null ? "—" : Math.abs(change) <= 0.0005 ? "一样" : `${change > 0 ? "+" : "−"}${percent(Math.abs(change), 1)} ${isWorse ? "变差" : "变好"}`;
      const floor = below[name];
      return make("tr", { className: floor === undefined ? "" : "below" },
        make("th", { scope: "row", text: words }), make("td", { className: "number", text: percent(now, 1) }),
        isOther ? make("td", { className: "number", text: before === undefined ? "—" : percent(compared.now[name], 1), data: { label: "同样的题，这一版" } }) : null, make("td", { className: "number", text: before === undefined ? "—" : percent(before, 1), data: { label: "线上" } }),
        make("td", { className: `number ${isWorse ? "worse" : isBetter ? "better" : ""}`, text: told }), make("td", { text: floor === undefined ? "" : `${LESS_IS_BETTER.has(name) ? "上限" : "下限"} ${percent(floor, 1)}，没有达到` }));
    });
    return make("div", {}, make("p", { className: "soft", text: `${run.entries} 条词条，${run.questions} 道测试题。${isOther ? `线上那次考的题不一样；与线上比的是两次都考的 ${compared.questions} 道。` : ""}` }),
      make("table", { className: "table figures" }, make("thead", {}, make("tr", {}, ...["", "这一版", ...(isOther ? ["同样的题，这一版"] : []), run.against === null ? "线上" : `线上（第 ${run.against} 次）`, "变化", ""].map((text) => make("th", { text, scope: "col" })))), make("tbody", {}, ...rows)));
  }

  turned(words, those, isOpen) {
    if (!those.length) return null;
    const heard = (each) => `${HEARD[each.heard]}${each.place > 1 ? `（排第 ${each.place}）` : ""} ${percent(each.probability)}`;
    const line = (each) => make("tr", {},
      make("td", {}, make("a", { href: `#trying/${encodeURIComponent(each.question)}`, text: each.question })),
      make("td", { className: "soft" }, ...(each.relevant.length ? each.relevant.flatMap((id, place) => [place ? "、" : "", make("a", { href: `#entries/${id}`, text: id })]) : ["不该答"])),
      make("td", { text: heard(each.before), data: { label: "线上" } }), make("td", { text: heard(each.now), data: { label: "这一版" } }),
      make("td", { className: "soft", text: each.now.heard === "wrong" ? `答成了 ${each.now.first}` : "" }));
    const body = make("tbody", {}, ...those.slice(0, SHOWN).map(line));
    const more = make("button", { type: "button", text: `其余 ${those.length - SHOWN} 条`, hidden: those.length <= SHOWN, on: () => { body.append(...those.slice(SHOWN).map(line)); more.hidden = true; } });
    return make("details", { open: isOpen }, make("summary", { text: `${words} ${those.length} 条` }), make("table", { className: "table" }, make("thead", {}, make("tr", {}, ...["问法", "应该答", "线上", "这一版", ""].map((text) => make("th", { text, scope: "col" })))), body), more);
  }

  publish(run) {
    const { ruling } = run;
    if (run.state === "published") return make("p", { className: "done", text: `✓ 已发布为第 ${run.publication_no} 次${ruling.reviewer ? `，由 ${ruling.reviewer} 放行：${ruling.reason}` : ""}。` });
    if (run.is_overtaken) return make("p", { className: "bad", text: "测试之后线上换成了另一个版本，这次的结果不能再发布，请重新测试。" });
    const reason = make("input", { maxLength: 500, placeholder: "为什么可以放行，留作记录", ariaLabel: "放行理由" });
    const key = make("button", { type: "button", className: "act", text: ruling.verdict === "refused" ? "放行并发布" : "发布", on: () => attempt(async () => {
      if (ruling.verdict === "refused" && !reason.value.trim()) {
        reason.focus();
        tell("请先写明放行的理由。", { bad: true });
        return;
      }
      const done = await call("POST", `/knowledge/runs/${run.no}/publish`, { body: { override: ruling.verdict === "refused" ? reason.value.trim() : "" } });
      tell(`已发布为第 ${done.publication_no} 次，两秒内生效。`);
      this.last = null;
      clearTimeout(this.timer);
      await this.readRuns();
      this.readChanges();
      this.readHistory();
    }, key) });
    if (ruling.verdict !== "refused") return make("div", {}, make("p", { text: ruling.verdict === "first" ? "没有达到下限，但这是第一次发布，仍然可以发布。" : "达到了全部下限。发布的就是测试过的这一版，之后的修改不在里面。" }), make("div", { className: "acts" }, key));
    const own = run.author === this.context.me;
    return make("div", {}, make("p", { className: "bad", text: "没有达到下限，不能直接发布。请改进词条后重新测试；确有理由时，由测试的人以外的另一个人写明理由放行。" }),
      own ? make("p", { className: "soft", text: "这次测试是您做的，请另一个人登录后在这一页放行。" }) : make("div", { className: "acts" }, reason, key));
  }

  readHistory() {
    fill(this.parts.history, () => call("GET", "/knowledge/publications", { query: this.query }), (found) => {
      const those = list(found.publications);
      if (!those.length) return empty("还没有发布过", "测试通过后在上面发布。");
      return [
        those.length > 1 ? make("div", { className: "figure wide" }, figures([...those].reverse())) : null,
        make("div", { className: "acts" }, make("button", { type: "button", text: "下载成绩图（SVG）", on: (event) => attempt(() => download(`/knowledge/publications/plot.svg?profile=${this.context.profile}`, `${this.context.profile}-成绩.svg`), event.target) })),
        make("table", { className: "table" }, make("thead", {}, make("tr", {}, ...["编号", "时间", "谁", "词条", "第一条就对", "正确率", "直接答对", "结论", ""].map((text) => make("th", { text, scope: "col" })))), make("tbody", {}, ...those.map((each) => this.line(each)))),
      ];
    });
  }

  line(each) {
    const figure = (name) => make("td", { className: "number", data: { label: FIGURE[name] }, text: each.figures[name] === undefined ? "—" : percent(each.figures[name], 1) });
    const note = each.reviewer ? `，${each.reviewer}：${each.reason}` : "";
    return make("tr", { ariaCurrent: each.is_live ? "true" : null },
      make("td", { className: "number" }, this.look(each)), make("td", { text: moment(each.published_at) }), make("td", { text: who(each.author) }), make("td", { className: "number", text: each.entries, data: { label: "词条" } }),
      figure("hit@1"), figure("precision"), figure("coverage"), make("td", { text: `${VERDICT[each.verdict]}${note}` }),
      make("td", {}, each.is_live ? make("b", { className: "done", text: "✓ 线上" }) : each.verdict === "refused" ? "" : this.back(each)));
  }

  /** Opens below its line what the gate saw then: what got worse, and whether its numbers could be trusted. */
  look(each) {
    let below = null;
    const key = make("button", { type: "button", className: "link", text: `第 ${each.no} 次`, title: "看这次的变差和把握", ariaExpanded: "false", on: () => {
      if (below) below.hidden = !below.hidden;
      else {
        below = make("tr", { className: "past" }, make("td", { colSpan: 9 }, ...this.past(each)));
        key.closest("tr").after(below);
      }
      key.ariaExpanded = String(!below.hidden);
    } });
    return key;
  }

  past(each) {
    const worse = list(each.worse), points = list(each.reliability);
    const one = (was) => make("li", {}, make("a", { href: `#trying/${encodeURIComponent(was.question)}`, text: was.question }), make("span", { className: "soft", text: ` ${heardThen(was.before)} → ${heardThen(was.now)}` }));
    return [
      worse.length ? make("details", { open: worse.length <= SHOWN }, make("summary", { text: `比当时线上变差 ${worse.length} 条` }), make("ul", { className: "lines" }, ...worse.map(one))) : make("p", { text: "没有一条问法比当时的线上变差。" }),
      points.length ? make("div", { className: "figure" }, reliability(points)) : make("p", { className: "soft", text: "这次没有留下把握的记录。" }),
    ];
  }

  back(each) {
    const key = make("button", { type: "button", text: "退回到这一版", on: () => {
      const reason = make("input", { maxLength: 500, placeholder: "为什么退回，留作记录", ariaLabel: "退回理由" });
      const yes = make("button", { type: "button", className: "act", text: "确定退回", on: () => attempt(async () => {
        if (!reason.value.trim()) {
          reason.focus();
          tell("请先写明退回的理由。", { bad: true });
          return;
        }
        await call("POST", `/knowledge/publications/${each.no}/live`, { body: { ...this.query, reason: reason.value.trim() } });
        tell(`线上已退回到第 ${each.no} 次，两秒内生效。`);
        this.last = null;
        this.readChanges();
        this.readHistory();
      }, yes) });
      key.replaceWith(make("span", { className: "acts" }, reason, yes));
      reason.focus();
    } });
    return key;
  }
}
