// What the agents' pages share: calling the desk, the session, small elements, live events.
// Everything from the server is untrusted and goes into the page as textContent only.

import { $, eventParser, list, make, str, uuid } from "/common/tools.js";

export { $, list, make, str, uuid };

export const API = "/api/v1";
const CALL_LIMIT = 15_000;
const STREAM_SILENCE = 60_000; // no byte for so long: the connection is dead, whatever TCP thinks
const SESSION = "seatmate.staff";

/** A call that did not work. Status 0: it never came back. */
export class Problem extends Error {
  constructor(status, title, detail, wait = 0, type = "") {
    super(detail || title);
    this.status = status;
    this.title = title;
    this.type = type; // which problem it is, as `TicketChanged`
    this.wait = wait; // seconds until it may be tried again
  }
}

// The session is a token of this tab: another site cannot send it, and it ends with the tab.
export const session = {
  get token() {
    return sessionStorage.getItem(SESSION) ?? "";
  },
  set token(value) {
    if (value) sessionStorage.setItem(SESSION, value);
    else sessionStorage.removeItem(SESSION);
  },
};

const signedOut = [];
/** Called when the desk no longer knows the session. */
export const whenSignedOut = (act) => signedOut.push(act);

function refused(problem, keeps) {
  if (problem.status === 401 && session.token && !keeps) {
    session.token = "";
    signedOut.forEach((act) => act());
  }
  return problem;
}

/** What was told of a call that did not work; which fields do not fit, where the desk names them. */
export function problemOf(status, data) {
  const faults = list(data?.errors).map((each) => str(each?.told)).filter(Boolean);
  const detail = faults.length ? `${faults.slice(0, 3).join("；")}${faults.length > 3 ? `；还有 ${faults.length - 3} 处` : ""}。请修改后再试。` : str(data?.detail);
  return new Problem(status, str(data?.title), detail, Number(data?.retry_after_s) || 0, str(data?.type).split("/").at(-1));
}

/** Calls the desk; raises `Problem`. With `keeps` a 401 is about what was sent, not the session. */
export async function call(method, path, { body, file, query, signal, keeps = false, limit = CALL_LIMIT } = {}) {
  const control = new AbortController();
  const timer = setTimeout(() => control.abort(), limit);
  signal?.addEventListener("abort", () => control.abort());
  const search = query ? `?${new URLSearchParams(query)}` : "";
  try {
    const response = await fetch(`${API}${path}${search}`, {
      method,
      headers: {
        Accept: "application/json",
        ...(body !== undefined && { "Content-Type": "application/json" }),
        ...(file && { "Content-Type": "application/octet-stream" }),
        ...(session.token && { Authorization: `Bearer ${session.token}` }),
      },
      body: file ?? (body === undefined ? undefined : JSON.stringify(body)),
      cache: "no-store",
      signal: control.signal,
    });
    const data = await response.json().catch(() => null);
    if (!response.ok) throw refused(problemOf(response.status, data), keeps);
    return data;
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem(0, "没有连上", "暂时连不上客服系统，请检查网络后重试。");
  } finally {
    clearTimeout(timer);
  }
}

/** Live events until `signal` aborts; reconnects by itself. `on(name, data)`, `linked(is)`. */
export async function listen(path, { signal, on, linked }) {
  let failures = 0;
  while (!signal.aborted) {
    const control = new AbortController();
    const stop = () => control.abort();
    signal.addEventListener("abort", stop);
    let watchdog = setTimeout(stop, STREAM_SILENCE);
    try {
      const response = await fetch(`${API}${path}`, {
        headers: { Accept: "text/event-stream", Authorization: `Bearer ${session.token}` },
        cache: "no-store",
        signal: control.signal,
      });
      if (!response.ok) throw refused(new Problem(response.status, "", ""));
      failures = 0;
      linked(true);
      const parse = eventParser((name, data) => on(name, JSON.parse(data)));
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { value, done } = await reader.read();
        if (done) break;
        clearTimeout(watchdog);
        watchdog = setTimeout(stop, STREAM_SILENCE);
        parse(value);
      }
    } catch (error) {
      if (error.status === 401) return;
      failures += 1;
    } finally {
      clearTimeout(watchdog);
      signal.removeEventListener("abort", stop);
    }
    if (signal.aborted) return;
    if (failures) linked(false);
    await new Promise((resolve) => { setTimeout(resolve, failures ? Math.min(1_000 * 2 ** failures, 15_000) : 200); });
  }
}

export function clock(moment) {
  const at = new Date(moment);
  const time = `${String(at.getHours()).padStart(2, "0")}:${String(at.getMinutes()).padStart(2, "0")}`;
  return at.toDateString() === new Date().toDateString() ? time : `${at.getMonth() + 1}月${at.getDate()}日 ${time}`;
}

export function lasted(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const rest = `${String(Math.floor(whole / 60) % 60).padStart(2, "0")}:${String(whole % 60).padStart(2, "0")}`;
  return whole < 3600 ? rest : `${Math.floor(whole / 3600)}:${rest}`;
}

/** One line at the foot of the page that says what happened; gone after a while. */
let tellTimer;
let told = null; // held here: a dialog that goes may take it along
export function tell(words, { bad = false } = {}) {
  const place = told ??= $("told");
  // nothing outside the topmost dialog can be seen or heard while it is open
  ([...document.querySelectorAll("dialog[open]")].at(-1) ?? document.body).append(place);
  place.textContent = words;
  place.dataset.bad = bad ? "yes" : "";
  place.hidden = !words;
  clearTimeout(tellTimer);
  tellTimer = setTimeout(() => { place.hidden = true; }, bad ? 10_000 : 4_000);
}

/** Runs something a key asked for; what goes wrong is told, and the key waits meanwhile. */
export async function attempt(work, key) {
  if (key) key.disabled = true;
  try {
    return await work();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    tell(problem.message || problem.title, { bad: true });
    return null;
  } finally {
    if (key) key.disabled = false;
  }
}

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch { // absent on plain http and in some frames
    const area = make("textarea", { value: text, className: "unseen", readOnly: true });
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  tell("已复制");
}

/** The sign-in form of the page; `begin` is called with who came in, and may refuse with a problem. */
export function signIn(begin) {
  const form = $("sign-in");
  const say = (words) => { $("sign-in-words").textContent = words; };
  const show = (is) => {
    form.hidden = !is;
    $("page").hidden = is;
    if (is) $("name").focus();
  };
  const enter = async () => {
    show(false);
    try {
      await begin();
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      if (problem.status === 403) {
        session.token = "";
        say("您的角色用不了这个页面。请换一个账号登录，或请主管调整角色。");
      } else say(problem.message);
      show(true);
    }
  };
  whenSignedOut(() => {
    show(true);
    say("登录已过期，请重新登录。草稿还在。");
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const key = $("enter");
    if (key.disabled) return;
    key.disabled = true;
    say("");
    try {
      const answer = await call("POST", "/sign-in", { body: { name: $("name").value.trim(), password: $("password").value } });
      session.token = answer.token;
      $("password").value = "";
      await enter();
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      say(problem.message);
      $("password").select();
      if (problem.wait) await countDown(key, problem.wait);
    } finally {
      key.disabled = false;
    }
  });
  if (session.token) enter();
  else show(true);
}

/** Shows on a key how long it has to wait. */
async function countDown(key, seconds) {
  const words = key.textContent;
  for (const end = Date.now() + seconds * 1_000; Date.now() < end;) {
    key.textContent = `${lasted((end - Date.now()) / 1_000)} 后可再试`;
    await new Promise((resolve) => { setTimeout(resolve, 500); });
  }
  key.textContent = words;
  $("sign-in-words").textContent = "";
}

/** Lets somebody change their own password from a key of the page. */
export function passwordKey(key) {
  const field = (label, name, auto) => make("label", { text: label }, make("input", { type: "password", name, autocomplete: auto, required: true, maxLength: 200 }));
  const words = make("p", { className: "bad" });
  words.setAttribute("role", "alert");
  const save = make("button", { className: "act", text: "改密码" });
  const form = make("form", { method: "dialog" },
    make("h2", { text: "改密码" }),
    field("现在的密码", "old", "current-password"), field("新密码（至少 10 个字）", "new", "new-password"), field("再输一次新密码", "again", "new-password"),
    words,
    make("div", { className: "acts" }, make("button", { type: "button", text: "取消", on: () => dialog.close() }), save));
  const dialog = make("dialog", { className: "dialog" }, form);
  key.addEventListener("click", () => {
    form.reset();
    words.textContent = "";
    document.body.append(dialog);
    dialog.showModal();
  });
  dialog.addEventListener("close", () => dialog.remove());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const value = (name) => form.elements[name].value;
    if (value("new") !== value("again")) {
      words.textContent = "两次输入的新密码不一样，请重新输入。";
      return;
    }
    save.disabled = true;
    try {
      session.token = (await call("POST", "/password", { body: { old: value("old"), new: value("new") }, keeps: true })).token;
      dialog.close();
      tell("密码已改，其他地方的登录都已退出");
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      words.textContent = problem.status === 401 ? "现在的密码不对，请重新输入。" : problem.message;
    } finally {
      save.disabled = false;
    }
  });
}
