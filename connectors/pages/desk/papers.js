// Files that only the session's token opens: forms to print, workbooks, attachments.

import { API, Problem, make, session, str } from "./core.js";

const KEPT_FOR = 60_000; // the tab that opens a file reads it at once; a slow machine has a minute

async function fetched(path) {
  let response;
  try {
    response = await fetch(`${API}${path}`, { headers: { Authorization: `Bearer ${session.token}` }, cache: "no-store" });
  } catch {
    throw new Problem(0, "没有连上", "暂时连不上客服系统，请检查网络后重试。");
  }
  if (!response.ok) {
    const told = await response.json().catch(() => null);
    throw new Problem(response.status, str(told?.title), str(told?.detail) || "文件没有取到，请重试。");
  }
  const url = URL.createObjectURL(await response.blob());
  setTimeout(() => URL.revokeObjectURL(url), KEPT_FOR);
  return url;
}

function save(url, name) {
  const link = make("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
}

/** Opens a page to print in a tab of its own; where the browser allows none it is saved instead. Returns whether it opened. */
export async function openPaper(path, name) {
  const url = await fetched(path);
  if (open(url, "_blank")) return true;
  save(url, name);
  return false;
}

export async function savePaper(path, name) {
  save(await fetched(path), name);
}
