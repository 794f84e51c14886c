// Training the bot beside the desk: progress, the figures side by side, and swapping it in.

import { attempt, call, lasted, list, make, tell } from "/desk/core.js";
import { moment, percent, who } from "./words.js";

const LOOK = 1_000; // while a training goes on
export const SWAP_LIMIT = 70_000; // the desk waits a minute for the bot to load another archive
const STEP = [["trained", "训练"], ["examined_before", "线上的做测试题"], ["examined", "新的做测试题"]];
const ENDED = { failed: "没有做成，线上机器人没有变化", cancelled: "已取消，线上机器人没有变化", broken_off: "中断了（进程被结束或机器重启），线上机器人没有变化", replaced: "之后又训练过" };
const MARK = { accuracy: "听对的比例", macro_f1: "各意图平均成绩（F1）" };
const SMALL = 0.0005;

export class Trainings {
  /** `swapped` is called when another bot serves. */
  constructor(context, { swapped }) {
    Object.assign(this, { context, swapped, isClosed: false, last: "", intents: {} });
    this.run = make("div");
    this.found = make("div");
    this.parts = [this.run, this.found];
    this.read();
  }

  close() {
    this.isClosed = true;
    clearTimeout(this.timer);
  }

  async read() {
    if (this.isClosed) return;
    clearTimeout(this.timer);
    let again = LOOK * 5;
    try {
      const found = await call("GET", "/training/runs");
      if (this.isClosed) return;
      this.draw(found);
      if (found.running) again = LOOK;
    } catch (problem) {
      if (this.isClosed) return;
      if (!this.last) this.run.replaceChildren(make("p", { className: "bad", role: "alert", text: `${problem.message} 正在重试。` }));
    }
    this.timer = setTimeout(() => this.read(), again);
  }

  draw({ running, runs }) {
    const newest = list(runs)[0] ?? null;
    // a later training that failed or was cancelled takes nothing away from it
    const usable = list(runs).find((each) => ["examined", "published"].includes(each.state));
    const seen = JSON.stringify([running, newest?.no, newest?.state]);
    if (seen === this.last) return;
    this.last = seen;
    if (running) {
      const box = running.kind === "bot" ? this.progress(running) : make("p", { className: "soft", text: `${who(running.author)} 正在测试词条，结束后才能训练机器人。` });
      if (this.run.firstChild !== box) this.run.replaceChildren(box);
      if (running.kind === "bot") this.found.replaceChildren();
      return;
    }
    const usual = list(runs).find((each) => ["examined", "published", "replaced"].includes(each.state))?.seconds;
    const begin = make("button", { type: "button", className: usable?.state === "examined" ? "" : "act", text: newest ? "重新训练" : "开始训练", on: () => attempt(async () => {
      await call("POST", "/training/runs", { body: {} });
      await this.read();
    }, begin) });
    const said = !newest ? "还没有训练过。训练会用训练数据里的全部例句，再用没教过的测试题比较新旧两个机器人，不影响线上。"
      : newest.state in ENDED ? `上次训练（${who(newest.author)}，${moment(newest.started_at)}）${ENDED[newest.state]}${newest.state === "failed" && newest.why ? `。${newest.told || newest.why}` : "。"}`
        : `上次训练：${who(newest.author)}，${moment(newest.started_at)}，用了 ${lasted(newest.seconds)}${newest.state === "published" ? "，已换上。" : "。"}`;
    const kept = usable && usable !== newest ? make("p", { text: `下面是之前那次训练的结果（${who(usable.author)}，${moment(usable.started_at)}）${usable.state === "examined" ? "，仍然可以换上" : ""}。` }) : "";
    this.run.replaceChildren(make("p", { text: said, className: newest?.state in ENDED ? "bad" : "" }), kept,
      make("div", { className: "acts" }, begin, make("span", { className: "soft", text: `${usual ? `大约要 ${lasted(usual)}；` : ""}可以离开这一页，回来还在。` })));
    if (usable) attempt(async () => this.show(await call("GET", `/training/runs/${usable.no}`)));
    else this.found.replaceChildren();
  }

  /** Drawn once for a training and then only filled: the key to cancel keeps its focus. */
  progress(run) {
    if (this.going?.no !== run.no) {
      const stop = make("button", { type: "button", text: "取消训练", on: () => attempt(async () => {
        await call("DELETE", `/training/runs/${run.no}`);
        tell("已取消，线上机器人没有变化。");
        await this.read();
      }, stop) });
      const said = make("p"), steps = make("ol", { className: "steps" });
      this.going = { no: run.no, said, steps, box: make("div", { className: "progress" }, said, steps, make("div", { className: "acts" }, stop)) };
    }
    const { said, steps, box } = this.going;
    const done = STEP.findIndex(([name]) => name === run.step);
    const state = (place) => (place <= done ? "done" : place === done + 1 ? "now" : "later");
    const sign = { done: "✓", now: "…", later: "·" };
    said.textContent = `${who(run.author)} 正在训练机器人，已用 ${lasted(run.seconds)}。可以离开这一页，训练会继续。`;
    steps.replaceChildren(...STEP.map(([, words], place) => make("li", { data: { state: state(place) }, text: `${sign[state(place)]} ${words}` })));
    return box;
  }

  async show(run) {
    if (!run.trained) return;
    if (!Object.keys(this.intents).length) this.intents = (await call("GET", "/training/lessons")).intents;
    const { trained } = run;
    const worse = trained.intents.filter((each) => each.after < each.before - SMALL), better = trained.intents.filter((each) => each.after > each.before + SMALL);
    this.found.replaceChildren(...[
      make("h2", { text: "4 成绩，与线上比" }), make("p", { className: "soft", text: `${trained.held_out} 道没教过的测试题，训练用了 ${trained.examples} 句。` }), this.marks(trained),
      worse.length || better.length ? null : make("p", { text: "没有一个意图的成绩变了。" }),
      this.byIntent("变差的意图", worse, true), this.byIntent("变好的意图", better, false),
      this.turned("新错的题", trained.turned.filter((each) => each.is_worse), true), this.turned("新对的题", trained.turned.filter((each) => each.is_better), false),
      run.state === "examined" ? make("h2", { text: "5 换上" }) : null, run.state === "examined" ? this.swap(run) : null].filter(Boolean));
  }

  name(intent) {
    return this.intents[intent] ?? intent;
  }

  marks({ before, after }) {
    const row = ([key, words]) => {
      const change = after[key] - before[key];
      const told = Math.abs(change) < 0.00005 ? "一样" : `${change > 0 ? "+" : "−"}${percent(Math.abs(change), 2)} ${change > 0 ? "变好" : "变差"}`;
      return make("tr", { className: change < -0.00005 ? "below" : "" }, make("th", { scope: "row", text: words }), make("td", { className: "number", text: percent(before[key], 2), data: { label: "线上" } }), make("td", { className: "number", text: percent(after[key], 2), data: { label: "新的" } }), make("td", { className: change < 0 ? "number worse" : "number better", text: told }));
    };
    return make("table", { className: "table figures" }, make("thead", {}, make("tr", {}, ...["", "线上", "新的", "变化"].map((text) => make("th", { text, scope: "col" })))), make("tbody", {}, ...Object.entries(MARK).map(row)));
  }

  byIntent(words, those, isOpen) {
    if (!those.length) return null;
    return make("details", { open: isOpen }, make("summary", { text: `${words} ${those.length} 个` }), make("ul", { className: "lines" }, ...those.map((each) => make("li", { text: `${this.name(each.intent)}（${each.lines} 题）：${percent(each.before, 1)} → ${percent(each.after, 1)}` }))));
  }

  turned(words, those, isOpen) {
    if (!those.length) return null;
    return make("details", { open: isOpen }, make("summary", { text: `${words} ${those.length} 道` }), make("ul", { className: "lines" }, ...those.map((each) => make("li", {}, `${each.text} `, make("span", { className: "soft", text: `应是${this.name(each.wanted)}：${this.name(each.before)} → ${this.name(each.after)}` })))));
  }

  swap(run) {
    const isWorse = run.trained.is_worse;
    const reason = make("input", { maxLength: 500, placeholder: "为什么仍要换上，留作记录", ariaLabel: "换上的理由" });
    const key = make("button", { type: "button", className: "act", text: isWorse ? "写明理由，换上" : "换上", on: () => attempt(async () => {
      if (isWorse && !reason.value.trim()) {
        reason.focus();
        tell("请先写明换上的理由。", { bad: true });
        return;
      }
      await call("POST", `/training/runs/${run.no}/swap`, { body: { override: isWorse ? reason.value.trim() : "" }, limit: SWAP_LIMIT });
      tell("已换上。正在进行的对话没有中断。");
      this.last = "";
      await this.read();
      this.swapped();
    }, key) });
    return make("div", {}, make("p", { className: isWorse ? "bad" : "", text: isWorse ? "新机器人比线上的差，不能直接换上。请改进训练数据后重新训练；确有理由时写明理由。" : "新机器人不比线上的差。换上时客户的对话不会中断，不合适可以一键退回。" }),
      make("div", { className: "acts" }, isWorse ? reason : null, key));
  }
}
