// One entry: its text, at the right what the customer will see and what already answers it.

import { attempt, call, list, make, Problem, str, tell } from "/desk/core.js";
import { wrongQuestions } from "./limits.js";
import { fill } from "./states.js";
import { FIELD, KIND, LACK, MOVE, moment, percent, STATE, who } from "./words.js";

const WAIT = 250; // after the last key, before the desk is asked
const TEXT = ["title", "answer", "kind", "topic", "source", "grade", "region", "phase", "valid_from", "valid_to", "review_by"];
const DAYS = ["valid_from", "valid_to", "review_by"];
const dayOf = (written) => str(written).slice(0, 10), minuteOf = (written) => str(written).slice(11, 16);
const PHASES = ["问候", "复述", "安抚", "解释", "承诺", "追问", "等待", "婉拒", "结束"];
const EMPTY = { entry_id: "", version: 0, state: "draft", title: "", questions: [], answer: "", kind: "faq", topic: "", source: "", grade: "B", region: "", phase: "", valid_from: "", valid_to: "", review_by: "", moves: [], history: [], against_live: [], live_version: null };

export function openEditor(place, context) {
  const isNew = context.detail === "+new";
  // nothing typed is lost to a closed page, an ended session or a colleague who was quicker; whoever
  // signs in next at this browser has drafts of their own
  const kept = `seatmate.trainer.draft.${context.me}.${context.profile}.${context.detail}`;
  let editor = null;
  fill(place, () => (isNew ? EMPTY : call("GET", `/knowledge/entries/${encodeURIComponent(context.detail)}`, { query: { profile: context.profile } })), (entry) => {
    editor = new Editor(context, entry, kept);
    return editor.parts();
  });
  return { close: () => editor?.close() };
}

class Editor {
  constructor(context, entry, kept) {
    Object.assign(this, { context, entry, kept, pending: null, control: null });
    this.fields = {};
    const minute = (label) => make("input", { type: "time", ariaLabel: label });
    this.times = { valid_from: minute("几点生效"), valid_to: minute("几点失效") };
    this.form = make("form", { className: "entry-form" });
    this.beside = make("div", { className: "beside", ariaLive: "polite" });
    this.preview = make("div", { className: "preview" });
    this.conflict = make("div", {});
    this.reason = make("input", { maxLength: 500, placeholder: "修改、退回、撤下时写明，别人看得到", ariaLabel: "原因" });
    this.acts = make("div", { className: "acts" });
  }

  parts() {
    const { entry } = this;
    this.drawForm();
    this.form.addEventListener("input", () => this.typed());
    this.form.addEventListener("submit", (event) => event.preventDefault());
    const saved = localStorage.getItem(this.kept);
    if (saved) {
      const { text, version } = JSON.parse(saved);
      this.put(text);
      if (version !== entry.version) this.showConflict();
      else tell("接着上次没保存的内容写。");
    }
    this.refresh();
    const facts = [entry.entry_id, entry.version && `第 ${entry.version} 版`, entry.author && `作者 ${who(entry.author)}`, entry.live_version === null ? "线上没有" : `线上是第 ${entry.live_version} 版`, entry.origin && `出处 ${who(entry.origin)}`].filter(Boolean).join(" · ");
    return [
      make("header", { className: "head" }, make("a", { href: "#entries", className: "back", text: "‹ 词条" }),
        make("h1", { text: entry.entry_id ? entry.title || "（没有标题）" : "新建词条" }),
        make("span", { className: "tag", text: STATE[entry.state], data: { state: entry.state } })),
      entry.entry_id ? make("p", { className: "soft", text: facts }) : "",
      make("div", { className: "editor" },
        make("div", {}, this.conflict, this.form, this.bar(), this.history()),
        make("aside", { ariaLabel: "客户看到的样子和相近的词条" }, make("h2", { text: "客户会看到" }), this.preview, make("h2", { text: "相近和矛盾的词条" }), this.beside)),
    ];
  }

  drawForm() {
    const field = (name, control, more = {}) => {
      this.fields[name] = Object.assign(control, { name });
      const written = this.times[name] ? make("span", { className: "when" }, control, this.times[name]) : control;
      return make("label", { className: `field ${more.wide ? "wide" : ""}` }, make("span", { text: more.label ?? FIELD[name] }), written, more.hint ? make("small", { className: "soft", text: more.hint }) : null);
    };
    const choices = (those) => make("select", {}, ...those.map(([value, text]) => make("option", { value, text })));
    this.form.replaceChildren(
      field("title", make("input", { maxLength: 300 }), { wide: true }),
      field("questions", make("textarea", { rows: 5 }), { wide: true, label: "相似问", hint: "一行一条，写客户真会说的话，至少 3 条" }),
      field("answer", make("textarea", { rows: 6, maxLength: 2000 }), { wide: true, hint: "先说结论再说怎么办，称“您”" }),
      field("source", make("input", { maxLength: 300 }), { wide: true }),
      field("kind", choices(Object.entries(KIND))),
      field("grade", choices([["A", "A 法规或官方公布"], ["B", "B 转述、题库"]])),
      field("topic", make("input", { maxLength: 300 })),
      field("region", make("input", { maxLength: 300, placeholder: "空着就是都适用" })),
      field("valid_from", make("input", { type: "date" }), { label: "生效日", hint: "不写几点就从零点起" }),
      field("valid_to", make("input", { type: "date" }), { label: "最后一天", hint: "没写到期就空着；写了几点就到那一分钟为止" }),
      field("review_by", make("input", { type: "date" })),
      field("phase", choices([["", "—"], ...PHASES.map((each) => [each, each])])));
    this.put({ ...this.entry, questions: list(this.entry.questions) });
  }

  put(text) {
    for (const name of TEXT) {
      const value = str(text[name]);
      this.fields[name].value = DAYS.includes(name) ? dayOf(value) : value;
      if (this.times[name]) this.times[name].value = minuteOf(value);
      this.fields[name].dataset.was = value;
    }
    this.fields.questions.value = list(text.questions).join("\n");
    this.showPhase();
  }

  showPhase() {
    this.fields.phase.closest("label").hidden = this.fields.kind.value !== "script";
  }

  text() {
    const text = Object.fromEntries(TEXT.map((name) => {
      const { value, dataset } = this.fields[name];
      if (!DAYS.includes(name)) return [name, value];
      const minute = this.times[name]?.value ?? "";
      // what nobody touched stays as it is, to the second
      if (dayOf(dataset.was) === value && minuteOf(dataset.was) === minute) return [name, dataset.was || null];
      return [name, value && minute ? `${value}T${minute}` : value || null];
    }));
    text.questions = this.fields.questions.value.split("\n").map((line) => line.trim()).filter(Boolean);
    return text;
  }

  get isDirty() {
    const mine = this.text();
    return TEXT.some((name) => str(mine[name]) !== str(this.entry[name])) || mine.questions.join("\n") !== list(this.entry.questions).join("\n");
  }

  typed() {
    this.showPhase();
    try {
      if (this.isDirty) localStorage.setItem(this.kept, JSON.stringify({ text: this.text(), version: this.entry.version }));
      else localStorage.removeItem(this.kept);
    } catch { // more than a browser keeps: it stands in the form all the same
      localStorage.removeItem(this.kept);
    }
    this.refresh();
  }

  refresh() {
    this.drawPreview();
    this.drawActs();
    clearTimeout(this.pending);
    this.pending = setTimeout(() => this.check(), WAIT);
  }

  drawPreview() {
    const { title, answer, source, region, kind } = this.text();
    if (kind === "script") {
      this.preview.replaceChildren(make("p", { className: "soft", text: "话术只给坐席用，客户不会直接看到：" }), make("div", { className: "suggest-text bubble", text: answer || "（还没写答案）" }));
      return;
    }
    this.preview.replaceChildren(
      make("div", { className: "phone" },
        make("p", { className: "bubble mine", text: this.text().questions[0] || title || "客户的问题" }),
        make("div", { className: "bubble suggest-text", text: answer || "（还没写答案）" }),
        make("details", { className: "basis" }, make("summary", { text: "依据" }), make("p", { text: [source || "（没写来源）", `第 ${this.entry.version + 1} 版`, region && `仅${region}`].filter(Boolean).join(" · ") }))));
  }

  async check() {
    this.control?.abort();
    this.control = new AbortController();
    const mine = this.control;
    if (!this.beside.childElementCount) this.beside.replaceChildren(make("p", { className: "soft", text: "正在与其他词条比较…" }));
    try {
      const found = await call("POST", "/knowledge/entries/check", { body: { ...this.text(), entry_id: this.entry.entry_id, profile: this.context.profile }, signal: mine.signal });
      if (!mine.signal.aborted) this.drawBeside(found);
    } catch (problem) {
      if (mine.signal.aborted || !(problem instanceof Problem)) return;
      this.beside.replaceChildren(make("p", { className: "bad", text: problem.message }), make("button", { type: "button", text: "重试", on: () => this.check() }));
    }
  }

  drawBeside(found) {
    const opposed = list(found.contradictions), alike = list(found.alike), nearest = list(found.nearest), lacks = list(found.lacks);
    const isEmpty = !this.fields.title.value.trim() && !this.fields.questions.value.trim();
    const card = (each, why, severity) => make("article", { className: "near", data: { severity } },
      make("p", {}, make("b", { text: why }), " ", make("a", { href: `#entries/${each.entry_id}`, target: "_blank", text: each.title }), make("span", { className: "soft", text: ` ${KIND[each.kind] ?? ""} · ${STATE[each.state] ?? ""}` })),
      make("p", { className: "soft", text: `“${each.question}” 与它的 “${each.its_question}” ${percent(each.similarity)} 相近` }),
      make("details", {}, make("summary", { text: "它的答案" }), make("p", { className: "suggest-text", text: each.answer })));
    const parts = [
      lacks.length ? make("p", { className: "lacks", text: `还不能通过审核：${lacks.map((each) => LACK[each] ?? each).join("；")}。` }) : null,
      ...opposed.map((each) => card(each, `说法矛盾：${each.said[0]} / ${each.said[1]}`, "breach")),
      ...alike.map((each) => card(each, "问的是同一件事", "warning")),
      !opposed.length && !alike.length ? make("p", { className: "soft", text: isEmpty ? "写了标题或相似问，这里会列出相近和矛盾的词条。" : "没有问同一件事的词条。" }) : null,
      ...(isEmpty ? [] : nearest.map((each) => card(each, "最接近的", "info"))),
    ].filter(Boolean);
    this.beside.replaceChildren(...parts);
  }

  bar() {
    return make("div", { className: "bar-below" }, this.entry.entry_id ? make("label", { className: "field wide" }, make("span", { text: "原因" }), this.reason) : "", this.acts);
  }

  drawActs() {
    const may = new Set(list(this.entry.moves)), dirty = this.isDirty;
    const key = (text, work, { act = false, title = "" } = {}) => {
      const button = make("button", { type: "button", text, title, className: act ? "act" : "", on: () => attempt(() => this.guarded(work), button) });
      return button;
    };
    const keys = [];
    if (!this.entry.entry_id) keys.push(key("存为草稿", () => this.save(), { act: true }), key("存好并提交审核", () => this.save(true)));
    else if (dirty) keys.push(key("保存修改", () => this.save(), { act: true }), key("保存并提交审核", () => this.save(true)), key("放弃修改", () => this.giveUp()));
    else {
      if (may.has("submit")) keys.push(key("提交审核", () => this.move("submit"), { act: true }));
      if (may.has("approve")) keys.push(key("审核通过", () => this.move("approve"), { act: true }));
      if (may.has("reject")) keys.push(key("退回修改", () => this.move("reject", true)));
      if (may.has("withdraw")) keys.push(key("撤下", () => this.move("withdraw", true), { title: "立即不再对客户说" }));
      if (may.has("restore")) keys.push(key("恢复为草稿", () => this.move("restore", true), { act: true }));
    }
    this.acts.replaceChildren(...keys);
    if (!dirty && this.entry.state === "review" && !may.has("approve")) this.acts.append(make("span", { className: "soft", text: "这一版里有您写的内容，要由另一个人审核通过。" }));
    if (!dirty && this.entry.state === "approved" && this.entry.live_version !== this.entry.version) this.acts.append(make("span", { className: "soft" }, "已通过，", make("a", { href: "#publishing", text: "测试与发布" }), " 之后客户才会看到。"));
  }

  async guarded(work) {
    try {
      await work();
    } catch (problem) {
      if (problem.status === 409 && problem.title === "词条已被别人修改") await this.showConflict(problem);
      else throw problem;
    }
  }

  async save(submits = false) {
    const body = { ...this.text(), profile: this.context.profile };
    const wrong = wrongQuestions(body.questions);
    if (wrong) return tell(wrong, { bad: true });
    let saved;
    if (this.entry.entry_id) {
      if (!this.reason.value.trim()) return this.wantReason();
      saved = await call("PUT", this.path(), { body: { ...body, version: this.entry.version, reason: this.reason.value.trim() } });
    } else {
      saved = await call("POST", "/knowledge/entries", { body });
    }
    localStorage.removeItem(this.kept);
    if (submits) await call("POST", `/knowledge/entries/${saved.entry_id}/submit`, { body: { version: saved.version, profile: this.context.profile } });
    tell(submits ? "已保存并提交审核。" : "已保存为草稿。");
    this.context.go("entries", saved.entry_id);
    return null;
  }

  async move(name, needsReason = false) {
    if (needsReason && !this.reason.value.trim()) return this.wantReason();
    await call("POST", this.path(`/${name}`), { body: { version: this.entry.version, reason: this.reason.value.trim(), profile: this.context.profile } });
    tell(`${MOVE[name]}：已完成。`);
    this.context.go("entries", this.entry.entry_id);
    return null;
  }

  wantReason() {
    this.reason.focus();
    tell("请先写明原因。", { bad: true });
    return null;
  }

  giveUp() {
    localStorage.removeItem(this.kept);
    this.put({ ...this.entry, questions: list(this.entry.questions) });
    this.conflict.replaceChildren();
    this.refresh();
  }

  path(more = "") {
    return `/knowledge/entries/${encodeURIComponent(this.entry.entry_id)}${more}`;
  }

  async showConflict(problem) {
    const wasRead = !this.isDirty;
    const theirs = await call("GET", this.path(), { query: { profile: this.context.profile } });
    if (wasRead) {
      // who only read must not be led to put the old text back
      this.entry = theirs;
      this.put({ ...theirs, questions: list(theirs.questions) });
      this.conflict.replaceChildren(make("p", { className: "conflict", role: "alert", text: `${who(theirs.author) || "别人"} 刚改过这个词条，下面是最新的第 ${theirs.version} 版，请再看一遍。` }));
      this.refresh();
      return;
    }
    const mine = this.text();
    const differing = [...TEXT, "questions"].filter((name) => (name === "questions" ? list(theirs.questions).join("\n") !== mine.questions.join("\n") : str(theirs[name]) !== str(mine[name])));
    this.entry = { ...theirs, moves: theirs.moves };
    const rows = differing.map((name) => make("tr", {}, make("th", { scope: "row", text: FIELD[name] }), make("td", { className: "suggest-text", text: name === "questions" ? list(theirs.questions).join("\n") : str(theirs[name]) || "（空）" })));
    this.conflict.replaceChildren(make("section", { className: "conflict", role: "alert" },
      make("p", {}, make("b", { text: problem?.message || `您开始写以后，${who(theirs.author) || "别人"} 改过这个词条，现在是第 ${theirs.version} 版。` })),
      make("p", { text: "您写的还在下面。最新一版与您写的不同的地方：" }),
      make("table", { className: "table" }, make("tbody", {}, ...rows)),
      make("div", { className: "acts" },
        make("button", { type: "button", text: "改用最新的一版", on: () => this.giveUp() }),
        make("span", { className: "soft", text: "要以您写的为准，核对后直接再按“保存修改”。" }))));
    this.drawActs();
  }

  history() {
    const lines = list(this.entry.history);
    if (!lines.length) return "";
    return make("details", { className: "history", open: this.entry.state === "review" }, make("summary", { text: `历史（${lines.length}）` }),
      make("ol", {}, ...lines.map((line) => make("li", {},
        make("p", {}, make("b", { text: MOVE[line.move] ?? line.move }), ` 第 ${line.version} 版 · ${who(line.reviewer || line.author) || "—"} · `, make("span", { className: "soft", text: moment(line.at) }), line.reason ? `：${line.reason}` : ""),
        list(line.differences).length ? make("table", { className: "table differences" }, make("tbody", {}, ...line.differences.map((each) => make("tr", {}, make("th", { scope: "row", text: FIELD[each.field] ?? each.field }), make("td", { className: "suggest-text was", text: each.before || "（空）" }), make("td", { className: "suggest-text", text: each.after || "（空）" }))))) : null))));
  }

  close() {
    clearTimeout(this.pending);
    this.control?.abort();
  }
}
