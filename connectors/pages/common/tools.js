// What the customers' page and the agents' pages share: small elements, and reading live events.
// It knows no call and no session, so that a customer's phone loads nothing of the staff's.

export const $ = (id) => document.getElementById(id);
export const str = (value) => (value === null || value === undefined ? "" : String(value));
export const list = (value) => (Array.isArray(value) ? value : []);

/** Makes an element; text only ever becomes textContent. */
export function make(tag, { text, on, data, ...properties } = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  if (text !== undefined) element.textContent = text;
  if (on) element.addEventListener("click", on);
  if (data) Object.assign(element.dataset, data);
  element.append(...children.filter(Boolean));
  return element;
}

/** crypto.randomUUID is missing on plain http, where an intranet desk may well run. */
export function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** Server-sent events from chunks cut anywhere; lines end in \n, \r\n or \r. */
export function eventParser(dispatch) {
  let rest = "";
  let name = "";
  let data = [];
  const line = (text) => {
    if (text === "") {
      if (data.length) dispatch(name || "message", data.join("\n"));
      name = "";
      data = [];
      return;
    }
    const colon = text.indexOf(":");
    const field = colon < 0 ? text : text.slice(0, colon);
    const value = colon < 0 ? "" : text.slice(colon + 1).replace(/^ /, "");
    if (field === "event") name = value;
    if (field === "data") data.push(value);
  };
  return (chunk) => {
    rest += chunk;
    for (;;) {
      const end = rest.search(/[\r\n]/);
      if (end < 0 || (rest[end] === "\r" && end === rest.length - 1)) return; // a \n may follow in the next chunk
      line(rest.slice(0, end));
      rest = rest.slice(end + (rest.startsWith("\r\n", end) ? 2 : 1));
    }
  };
}
