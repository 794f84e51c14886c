// Everything that can be done to a ticket, as far as the desk allows it: what each asks for, and the call it makes.

import { call, list, str, uuid } from "./core.js";
import { DOUBT, OUTCOME, STEP, WHAT, classOf, labels, localMoment, stateOf, until } from "./words.js";

// what comes next on a ticket's way; the rest of what is allowed stands behind 其他操作
const NEXT = {
  registered: ["dispatched"], reopened: ["dispatched", "in_progress"], dispatched: ["in_progress", "answered"], in_progress: ["answered", "waiting"],
  waiting: ["in_progress"], on_hold: ["in_progress"], answered: [], follow_up: [], filed: ["reopened"], withdrawn: ["reopened"], merged: [],
};
const MOVE = {
  dispatched: { words: (from) => (from === "registered" || from === "reopened" ? "派发" : "改派"), note: "交代" },
  in_progress: { words: (from) => (from === "waiting" || from === "on_hold" ? "继续处理" : "开始处理"), note: "说明" },
  waiting: { words: () => "等客户补充", note: "等客户补充什么" },
  on_hold: { words: () => "挂起", note: "挂起的理由" },
  answered: { words: () => "答复", note: "答复客户的内容" },
  follow_up: { words: () => "改由人工回访", note: "说明" },
  reopened: { words: () => "重新打开", note: "重新打开的理由" },
  filed: { words: () => "归档（不回访）", note: "不回访的理由" },
  withdrawn: { words: () => "撤单", note: "撤单的理由" },
};

const words = (label, required, lines = 2) => ({ name: "note", label, lines, required });
const choice = (name, label, pairs, more = {}) => ({ name, label, options: pairs, ...more });
const isNumber = (text) => /^\d{13,20}$/.test(text.replaceAll(" ", ""));
const to = (ticket, path = "") => `/tickets/${encodeURIComponent(ticket.no)}${path}`;
const patch = (ticket, body) => call("PATCH", to(ticket), { body: { version: ticket.version, ...body } });
const post = (ticket, path, body) => call("POST", to(ticket, path), { body: { version: ticket.version, ...body } });
const numbered = (text) => (isNumber(text) ? "" : "工单号是 13 位以上的数字，请核对后重新输入。");
const given = (values, ...names) => Object.fromEntries(names.filter((name) => values[name]).map((name) => [name, values[name]]));

/** The verbs this ticket takes now: `main` ones first. */
export function verbsOf(ticket) {
  const { can } = ticket;
  const all = [...(can.work ? worked(ticket, can) : []), ...(can.see_informant ? [informant()] : [])];
  return [...all.filter((each) => each.main), ...all.filter((each) => !each.main)];
}

function worked(ticket, can) {
  const next = NEXT[ticket.state] ?? [];
  const moves = can.moves.filter((each) => MOVE[each.to]);
  const rank = (each) => (next.includes(each.to) ? next.indexOf(each.to) : next.length);
  return [
    can.follow_up ? followUp(ticket, can) : null,
    ...moves.sort((one, other) => rank(one) - rank(other)).map((each) => move(ticket, each, next.includes(each.to))),
    ...can.steps.map((each) => step(each)),
    can.classes.length || can.areas.length ? judge(ticket, can) : null,
    can.urge ? urge() : null,
    can.postpone.length ? postpone(can) : null,
    can.urge ? amend(ticket) : null,
    link(), can.merge ? merge() : null, attach(),
  ].filter(Boolean);
}

function move(ticket, { to: state, needs_words: needs }, main) {
  const named = MOVE[state];
  const departments = labels.departments[ticket.profile] ?? {};
  const sends = state === "dispatched" ? [
    choice("department", "派发到的部门", ticket.can.departments.map((id) => [id, departments[id] ?? id]), { value: str(ticket.department) }),
    { name: "handler", label: "处理人", value: "" }] : [];
  return {
    key: `move:${state}`, main, words: named.words(ticket.state), done: `工单 ${ticket.no} ${stateOf(state)}`,
    fields: [...sends, words(named.note, needs, state === "answered" ? 4 : 2)],
    // a new ticket waits for one thing only
    opens: ticket.state === "registered" && state === "dispatched",
    send: (now, values) => patch(now, { state, ...given(values, "department", "handler", "note") }),
  };
}

const step = (mark) => ({
  key: `step:${mark}`, main: true, words: STEP[mark] ?? mark, done: `已记下：${STEP[mark] ?? mark}`, fields: [words("说明", false)],
  send: (now, values) => patch(now, { step: mark, ...given(values, "note") }),
});

function followUp(ticket, can) {
  const tries = can.tries ? `已有 ${can.tries} 次没联系上；第 3 次还是没联系上，工单按“没联系上”归档。` : "";
  return {
    key: "follow-up", main: true, words: "电话回访", done: "已记下回访结果",
    hint: [ticket.fields.phone ? `客户电话 ${ticket.fields.phone}。` : "", tries].join(""),
    fields: [choice("outcome", "回访结果", ["satisfied", "fair", "unsatisfied", "unreached"].map((id) => [id, OUTCOME[id]]), { empty: "请选择", required: true }), words("客户怎么说", false)],
    check: (values) => (values.outcome === "unsatisfied" && !values.note ? "请写明客户哪里不满意，工单会退回重新处理。" : ""),
    send: (now, values) => post(now, "/follow-up", given(values, "outcome", "note")),
  };
}

function judge(ticket, can) {
  const areas = labels.areas[ticket.profile] ?? {};
  const doubts = new Set(Object.values(ticket.due).flatMap((each) => each.doubts));
  return {
    key: "judge", main: doubts.has("area") || doubts.has("class"), words: can.classes.length ? (can.areas.length ? "定类别和地区" : "定类别") : "定地区", done: "已定，时限已按新的重算",
    fields: [
      can.classes.length ? choice("class", "类别", can.classes.map((each) => [each.id, each.meaning ? `${each.title}（${each.meaning}）` : each.title]), { empty: ticket.class ? classOf(ticket) : "还没有定", value: str(ticket.class) }) : null,
      can.areas.length ? choice("area", "地区", can.areas.map((id) => [id, areas[id] ?? id]), { empty: "还没有定", value: str(ticket.area) }) : null,
      words("说明", false)].filter(Boolean),
    check: (values) => ((values.class && values.class !== ticket.class) || (values.area && values.area !== ticket.area) ? "" : "请选一个和现在不同的。"),
    send: (now, values) => patch(now, given(values, "class", "area", "note")),
  };
}

function urge() {
  const key = uuid(); // pressed twice it is one urging
  return {
    key: "urge", words: "催办", done: "已记下催办，并提醒了负责的人", fields: [words("客户怎么说", false)],
    send: (now, values) => call("POST", to(now, "/urge"), { body: { request_key: key, words: str(values.note) } }),
  };
}

function postpone({ postpone: limits }) {
  const first = [...limits].sort((one, other) => new Date(one.due_at) - new Date(other.due_at))[0];
  const bounds = (values) => limits.find((each) => each.what === values.what) ?? first;
  return {
    key: "postpone", words: "延期", done: "已延期", hint: "同一件事只能延期一次，最多一周，要客户同意。",
    fields: [
      choice("what", "哪一个时限", limits.map((each) => [each.what, `${WHAT[each.what] ?? each.what}（${until(each.due_at)}）`]), { empty: "这段时间内到期的都延" }),
      { name: "until", label: "延到", type: "datetime-local", required: true, min: localMoment(first.due_at), max: localMoment(limits.map((each) => each.latest).sort().at(-1)) },
      { ...words("延期的理由", true), name: "reason" },
      { name: "consent", label: "客户怎么同意的", lines: 1, required: true, placeholder: "如：11月21日电话里同意" }],
    check: (values) => {
      const { due_at: due, latest } = bounds(values);
      const at = new Date(values.until);
      if (Number.isNaN(at.getTime())) return "请选择延到哪一天、几点。";
      return at > new Date(due) && at <= new Date(latest) ? "" : `只能延到 ${localMoment(due).replace("T", " ")} 之后、${localMoment(latest).replace("T", " ")} 之前。`;
    },
    send: (now, values) => post(now, "/postpone", { until: new Date(values.until).toISOString(), ...given(values, "what", "reason", "consent") }),
  };
}

/** The fields as they were taken down; what is hidden from this role comes back hidden and changes nothing. */
function amend(ticket) {
  const known = labels.centres.find((each) => each.name === ticket.profile)?.kinds[ticket.kind]?.fields ?? [];
  const changes = (values) => Object.fromEntries(known.map(({ name }) => [name, str(values[`field.${name}`])]).filter(([name, value]) => value !== str(ticket.fields[name])));
  return {
    key: "amend", words: "更正内容", done: "已更正",
    fields: known.map(({ name, label, offers }) => {
      const value = str(ticket.fields[name]);
      const offered = [...new Set([...(value ? [value] : []), ...offers])];
      return { name: `field.${name}`, label, value, optional: "", ...(offers.length ? { options: offered.map((each) => [each, each]), empty: "—" } : name === "words" ? { lines: 2 } : {}) };
    }),
    check: (values) => (Object.keys(changes(values)).length ? "" : "还没有改动。"),
    send: (now, values) => patch(now, { fields: changes(values) }),
  };
}

const link = () => ({
  key: "link", words: "关联工单", done: "已关联",
  fields: [{ name: "other", label: "另一张工单的工单号", required: true, inputMode: "numeric" }, choice("relation", "怎么有关", [["same_matter", "同一件事"], ["related", "有关联"]])],
  check: (values) => numbered(values.other),
  send: (now, values) => post(now, "/link", { other: values.other.replaceAll(" ", ""), relation: values.relation }),
});

const merge = () => ({
  key: "merge", words: "并入另一张工单", done: "已并入", hint: "并入以后这张工单不再单独处理，时限按另一张的算，不能撤回。",
  fields: [{ name: "into", label: "并入的工单号", required: true, inputMode: "numeric" }],
  check: (values) => numbered(values.into),
  send: (now, values) => post(now, "/merge", { into: values.into.replaceAll(" ", "") }),
});

const attach = () => ({
  key: "attach", words: "添加附件", done: "已添加附件", hint: "图片或 PDF，不超过 10 MB。",
  fields: [{ name: "file", label: "文件", type: "file", required: true, accept: "image/jpeg,image/png,image/gif,image/webp,application/pdf" }],
  send: (now, values, form) => {
    const [file] = form.elements.file.files;
    return call("POST", `${to(now, "/attachments")}?${new URLSearchParams({ name: file.name.slice(-200) })}`, { file });
  },
});

const informant = () => ({
  key: "informant", words: "查看举报人（会记录）", done: "这次查看已经记录", hint: "谁、什么时间、为什么查看，都会留下记录。",
  fields: [words("查看的理由", true)], shows: true,
  send: async (now, values) => {
    const ticket = await call("POST", to(now, "/informant"), { body: { reason: values.note } });
    const looks = await call("GET", to(now, "/informant/looks")).catch(() => null);
    return { fields: ticket.fields, looks: list(looks?.looks) };
  },
});

/** Why a limit may still change, in words. */
export const doubtsOf = (ticket) => [...new Set(Object.values(ticket.due).flatMap((each) => each.doubts))].map((each) => DOUBT[each] ?? each);
