// Pictures and papers that came with a line: pictures small, all of them to be opened.

import { API, list, make, Problem, session, str, tell } from "./core.js";

const KEPT_FOR = 60_000; // what is shown is read at once, what opens in a tab within a minute

async function fetched(path) {
  const response = await fetch(`${API}${path}`, { headers: { Authorization: `Bearer ${session.token}` }, cache: "no-store" }).catch(() => null);
  if (!response?.ok) {
    const told = await response?.json().catch(() => null);
    throw new Problem(response?.status ?? 0, "没有取到", str(told?.detail) || "文件没有取到，请检查网络后再点一次。");
  }
  const url = URL.createObjectURL(await response.blob());
  setTimeout(() => URL.revokeObjectURL(url), KEPT_FOR);
  return url;
}

async function openFile(path, name) {
  try {
    const url = await fetched(path);
    // a browser that opens no tab saves it instead
    if (!window.open(url, "_blank")) make("a", { href: url, download: name }).click();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    tell(problem.message, { bad: true });
  }
}

/** One element for each file of a line in this conversation. */
export const filesOf = (message, id) => list(message.attachments).map((file) => {
  const path = `/staff/conversations/${encodeURIComponent(id)}/attachments/${Number(file.id)}`;
  const name = str(file.name) || "文件";
  const key = make("button", { type: "button", className: "file", title: `打开 ${name}`, text: name, on: () => openFile(path, name) });
  if (str(file.type).startsWith("image/")) drawSmall(key, path, name);
  return key;
});

async function drawSmall(key, path, name) {
  try {
    const picture = make("img", { src: await fetched(path), alt: name });
    await picture.decode();
    key.replaceChildren(picture);
  } catch { /* its name stays, and a press tells why it cannot be opened */ }
}
