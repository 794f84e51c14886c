// How the pages of tickets call things; names that the centre gives come with the labels.

import { clock, lasted, str } from "./core.js";

export const WHAT = { form: "投诉处理单", first_response: "首次响应", on_site: "到达现场", answer: "答复", resolve: "办结", follow_up: "回访" };
export const VERDICT = { unset: "未定时限", running: "进行中", warn: "将超时", breached: "已超时", met: "按时", stopped: "已停止" };
export const ALARM = { warning: "将超时", breach: "已超时", climb: "超时上报", urged: "客户催办", judged: "重大事项", event: "事件待确认", wrote: "客户已回复", parked: "等待或挂起太久" };
export const PRIORITY = { raised: "优先", high: "很急", urgent: "紧急" };
export const OUTCOME = { satisfied: "满意", fair: "一般", unsatisfied: "不满意", unreached: "没联系上", not_asked: "未回访" };
export const RELATION = { same_matter: "同一件事", related: "有关联", merged: "已合并" };
export const STEP = { referred: "转交其他部门", form_sent: "投诉处理单已送达", contacted: "已联系客户", arrived: "已到现场", resolved: "问题已解决" };
export const DOUBT = { calendar: "国务院还没有公布那一年的放假安排", area: "还没有定地区", class: "还没有定类别" };
// what happened, where it is more than a move from one state to the next
const EVENT = {
  urged: "催办", postponed: "延期", merged: "合并", linked: "关联", leads: "并入了工单", rerouted: "改派", in_event: "并入事件", out_of_event: "移出事件",
  asked: "已在对话里回访", unaskable: "不能在对话里回访，请打电话", unreached: "回访没联系上", followed_up: "回访", rated: "客户评价", reopened: "重新打开", wrote: "客户回复",
};
const CHANGED = { class_id: "类别", area: "地区", department: "部门", handler: "处理人", owner: "首问", priority: "优先级", outcome: "回访结果", merged_into: "并入" };

export let labels = { kinds: {}, states: {}, fields: {}, departments: {}, areas: {}, classes: {}, posts: {}, actors: {}, centres: [], rights: [], me: "" };
/** Takes what the desk calls things; known to every part of the page from then on. */
export const learn = (found) => { labels = { ...labels, ...found }; };

export const may = (right) => labels.rights.includes(right);
export const kindOf = (ticket) => labels.kinds[ticket.kind] ?? ticket.kind;
export const stateOf = (state) => labels.states[state] ?? state;
export const titleOf = (ticket) => `${kindOf(ticket)} ${str(ticket.fields?.address || ticket.fields?.words)}`.trim();
export const actorOf = (actor) => (actor ? labels.actors[actor] ?? actor : "");
export const departmentOf = ({ profile, department }) => (department ? labels.departments[profile]?.[department] ?? department : "");
export const areaOf = ({ profile, area }) => (area ? labels.areas[profile]?.[area] ?? area : "");
export const classOf = (ticket) => (ticket.class ? labels.classes[ticket.profile]?.[ticket.kind]?.[ticket.class] ?? ticket.class : "");
const centreOf = (profile) => labels.centres.find((each) => each.name === profile);
export const centreTitle = (profile) => centreOf(profile)?.title ?? profile;
/** What the fields of a kind of ticket are called, in the order they are asked. */
export const fieldLabels = ({ profile, kind }) => ({ ...labels.fields, ...Object.fromEntries((centreOf(profile)?.kinds[kind]?.fields ?? []).map((each) => [each.name, each.label])) });

/** Long times in days: nobody reads 96:12:05. */
export const span = (seconds) => (seconds < 86_400 ? lasted(seconds) : `${Math.floor(seconds / 86_400)} 天 ${Math.floor(seconds / 3600) % 24} 小时`);

/** What one line of a ticket's history says, after when and who; `before` is the line before it. */
export function happened(line, before, ticket) {
  const isMoved = !before || before.state !== line.state;
  const steps = isMoved ? [stateOf(line.state)] : line.marks.map((each) => STEP[each]).filter(Boolean);
  const changes = changed(line, ticket);
  const what = [EVENT[line.event], ...steps].filter(Boolean).join("，") || (changes ? "修改" : "备注");
  return `${what}${line.note ? `：${line.note}` : ""}${changes ? `（${changes}）` : ""}`;
}

function changed(line, ticket) {
  const named = fieldLabels(ticket);
  const value = (name, text) => {
    if (name === "department") return departmentOf({ ...ticket, department: text });
    if (name === "area") return areaOf({ ...ticket, area: text });
    if (name === "class_id") return classOf({ ...ticket, class: text });
    if (name === "outcome") return OUTCOME[text] ?? text;
    return text;
  };
  const shown = Object.entries(line.changes).filter(([name]) => CHANGED[name] || named[name.replace("fields.", "")]).filter(([name]) => name !== "priority");
  return shown.map(([name, [was, now]]) => {
    const label = CHANGED[name] ?? named[name.replace("fields.", "")];
    const [before, after] = [value(name, was), value(name, now)];
    return before || after ? `${label} ${before ? `${before} → ` : ""}${after || "（空）"}` : `${label}（已密封）`;
  }).join("，");
}

/** The earliest limit of a ticket that is not met: its name, and how late or how near it is. */
export function nearest(ticket, skew) {
  const open = Object.entries(ticket.due).filter(([, each]) => each.due_at && !each.closed_at);
  const [what, each] = open.sort(([, one], [, other]) => new Date(one.due_at) - new Date(other.due_at))[0] ?? [];
  if (!each) return { what: "", words: "" };
  const seconds = (new Date(each.due_at) - Date.now() - skew) / 1000;
  return { what: WHAT[what] ?? what, words: seconds < 0 ? `超时 ${span(-seconds)}` : `还有 ${span(seconds)}` };
}

/** What a `datetime-local` field takes, on the clock of this machine. */
export function localMoment(moment) {
  const at = new Date(moment);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
export const until = (moment) => (moment ? `${clock(moment)} 前` : "");
