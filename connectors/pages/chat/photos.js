// Photos and papers in the chat: chosen, checked, uploaded with their progress, shown small.
// A file goes up when it is chosen; the line that is sent then names it by its id.

import { make } from "/common/tools.js";
import { API, openConversation, pathOf } from "./conversation.js";
import { page } from "./page.js";
import { stuck, toBottom } from "./scrolling.js";
import { profile, ready } from "./status.js";

const SAY = {
  tooLarge: (name, mb, max) => `“${name}”有 ${mb} MB，超过 ${max} MB，没有上传。请压缩后再发，或用手机重新拍一张。`,
  refused: (name) => `“${name}”没有上传成功。请检查网络后重新选择。`,
  tooMany: (max) => `一次最多发 ${max} 个文件，请分几次发送。`,
  remove: (name) => `去掉 ${name}`,
  progress: (name) => `正在上传 ${name}`,
  paper: "文件",
};
export const MARK = "【图片】"; // how a line that came with a file is written down
const AT_ONCE = 10; // as many as the server takes with one line
const MEGABYTE = 1024 * 1024;
const UPLOAD_LIMIT = 180_000;

const maxMb = () => Number(profile.max_file_mb) || 10;
const isPicture = (name) => !/\.pdf$/i.test(name);

/** What the page shows of a line that came with files: their mark is only for channels without. */
export const shownText = (text, files) => (files.length && text.startsWith(MARK) ? text.slice(MARK.length) : text);

/**
 * The files that are being chosen. `refuse` tells the customer what could not be done, `changed`
 * is called whenever the list is.
 */
export function choosing({ refuse, changed }) {
  let chosen = []; // {name, url, element, bar, id?, request?}

  page.attach.addEventListener("click", () => ready && page.file.click());
  page.file.addEventListener("change", () => {
    const files = [...page.file.files];
    page.file.value = ""; // the same file can be chosen again
    take(files);
  });

  function take(files) {
    if (!files.length || !ready) return;
    refuse("");
    for (const file of files) {
      if (chosen.length >= AT_ONCE) {
        refuse(SAY.tooMany(AT_ONCE));
        break;
      }
      if (file.size > maxMb() * MEGABYTE) {
        refuse(SAY.tooLarge(file.name, (file.size / MEGABYTE).toFixed(1), maxMb()));
        continue;
      }
      begin(file);
    }
  }

  function begin(file) {
    const name = file.name || SAY.paper;
    const each = { name, url: isPicture(name) ? URL.createObjectURL(file) : "" };
    each.bar = make("progress", { max: 1, value: 0 });
    each.bar.setAttribute("aria-label", SAY.progress(name));
    const remove = make("button", { type: "button", className: "remove", text: "×", on: () => drop(each) });
    remove.setAttribute("aria-label", SAY.remove(name));
    each.element = make("li", {}, small(name, each.url), each.bar, remove);
    chosen.push(each);
    page.photos.append(each.element);
    show();
    upload(each, file);
  }

  async function upload(each, file) {
    try {
      const { id, token } = await openConversation();
      const kept = await post(each, file, API + pathOf("attachments", id), token);
      if (!chosen.includes(each)) return;
      each.id = kept.id;
      each.name = String(kept.name);
      each.bar.remove();
      show();
    } catch (problem) {
      if (!chosen.includes(each)) return; // taken away meanwhile
      drop(each);
      refuse(problem?.detail || SAY.refused(each.name));
    }
  }

  function post(each, file, url, token) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest(); // fetch does not tell how far an upload has come
      each.request = request;
      request.open("POST", `${url}?name=${encodeURIComponent(each.name.slice(0, 200))}`);
      request.setRequestHeader("Authorization", `Bearer ${token}`);
      request.setRequestHeader("Content-Type", "application/octet-stream");
      request.timeout = UPLOAD_LIMIT;
      request.upload.onprogress = (event) => {
        if (event.lengthComputable) each.bar.value = event.loaded / event.total;
      };
      request.onerror = request.ontimeout = request.onabort = () => reject({ detail: "" });
      request.onload = () => {
        let data = null;
        try {
          data = JSON.parse(request.responseText);
        } catch { /* told as a failure below */ }
        if (request.status === 201 && data) resolve(data);
        else reject({ detail: typeof data?.detail === "string" ? data.detail : "" });
      };
      request.send(file);
    });
  }

  function drop(each) {
    chosen = chosen.filter((other) => other !== each);
    each.request?.abort();
    each.element.remove();
    if (each.url) URL.revokeObjectURL(each.url);
    show();
  }

  function show() {
    page.photos.hidden = !chosen.length;
    changed();
  }

  return {
    take,
    isBusy: () => chosen.some((each) => each.id === undefined),
    count: () => chosen.length,
    /** Everything uploaded, to be sent now; the list is empty afterwards. */
    give() {
      const given = chosen.map(({ id, name, url }) => ({ id, name, url }));
      for (const each of chosen) each.element.remove();
      chosen = [];
      show();
      return given;
    },
    clear: () => [...chosen].forEach(drop),
  };
}

/** The files under a line; what is not on this page any more is fetched, with the customer's token. */
export function drawFiles(files, fetchFile) {
  if (!files.length) return null;
  return make("ul", { className: "files" }, ...files.map((file) => {
    const name = String(file.name ?? "");
    const item = make("li", {}, small(name, file.url ?? ""));
    if (!file.url && isPicture(name) && file.id !== undefined) {
      fetchFile(file.id).then((blob) => {
        if (!blob) return;
        const image = small(name, URL.createObjectURL(blob));
        // it is taller than its name was, and must not push the newest line out of sight
        image.addEventListener("load", () => stuck && toBottom());
        item.replaceChildren(image);
      });
    }
    return item;
  }));
}

function small(name, url) {
  if (!url) return make("span", { className: "paper", text: name || SAY.paper });
  const image = make("img", { src: url, alt: name, decoding: "async" });
  image.addEventListener("error", () => image.replaceWith(make("span", { className: "paper", text: name })));
  return image;
}
