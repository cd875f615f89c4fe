// The desk's keys and the page viewer. Everything here is a convenience: each act is a form that works without it.

const TEXT = "input:not([type=checkbox]), textarea, select";
const inText = () => document.activeElement?.matches?.(TEXT);
const lettersAllowed = () => localStorage.getItem("letters") !== "off";

function shown(element) {
  return element && !element.disabled && element.getClientRects().length > 0;
}

function press(key) {
  const target = [...document.querySelectorAll(`[data-key="${key}"]`)].find(shown);
  if (!target) return false;
  if (target.tagName === "DETAILS") {
    target.open = !target.open;
    if (target.open) target.querySelector("textarea, input, select, a, button")?.focus();
    return true;
  }
  target.click();
  return true;
}

function pick(number) {
  const all = [...document.querySelectorAll("[data-candidates] button")].filter(shown);
  if (!all[number - 1]) return false;
  all[number - 1].click();
  return true;
}

// Arrow keys walk through the candidates: the value changes, nothing is saved before Enter.
function walk(input, step) {
  const all = [...document.querySelectorAll("[data-candidates] button")];
  if (!all.length) return false;
  const at = all.findIndex((b) => b.value === input.value);
  const next = all[Math.max(0, Math.min(all.length - 1, at + step))] ?? all[0];
  all.forEach((b) => b.classList.toggle("on", b === next));
  input.value = next.value;
  return true;
}

function openKeys() {
  const dialog = document.getElementById("keys");
  if (!dialog) return false;
  const box = dialog.querySelector("#letters");
  box.checked = lettersAllowed();
  box.onchange = () => localStorage.setItem("letters", box.checked ? "on" : "off");
  dialog.showModal();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (document.querySelector("dialog[open]") || event.ctrlKey || event.metaKey) return;
  const typing = inText();
  const done = () => event.preventDefault();
  if (event.altKey) {
    const digit = /^Digit([1-9])$/.exec(event.code);
    if (digit && pick(Number(digit[1]))) return done();
    if (event.key === "?" || event.code === "Slash") return openKeys() && done();
    if (["Equal", "NumpadAdd"].includes(event.code)) return zoomBy(1 / 1.3) && done();
    if (["Minus", "NumpadSubtract"].includes(event.code)) return zoomBy(1.3) && done();
    if (event.code === "Digit0") return zoomTo("page") && done();
    const letter = /^Key([A-Z])$/.exec(event.code);
    if (letter && press(letter[1].toLowerCase())) return done();
    return;
  }
  if (event.key === "PageDown" || event.key === "PageUp") {
    if (press(event.key)) done();
    return;
  }
  if (typing) {
    const field = document.activeElement;
    if (event.key === "Escape") {
      document.getElementById("main").focus();
      return done();
    }
    if (field.id !== "value") return;
    if (event.key === "ArrowDown" && field.tagName === "INPUT" && walk(field, 1)) return done();
    if (event.key === "ArrowUp" && field.tagName === "INPUT" && walk(field, -1)) return done();
    if (event.key === "Enter" && field.tagName !== "INPUT" && !event.shiftKey) {
      press("Enter");
      return done();
    }
    return;
  }
  if (event.key === "Enter" && !document.activeElement?.closest?.("a, button, summary")) {
    if (press("Enter")) done();
    return;
  }
  if (event.key === "?") return openKeys() && done();
  if (!lettersAllowed()) return;
  if (/^[a-z]$/.test(event.key) && press(event.key)) done();
  else if (/^[1-8]$/.test(event.key) && pick(Number(event.key))) done();
  else if (event.key === "e") {
    document.getElementById("value")?.focus();
    done();
  } else if (event.key === "+") zoomBy(1 / 1.3);
  else if (event.key === "-") zoomBy(1.3);
  else if (event.key === "0") zoomTo("page");
});

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-zoom], [data-keys]");
  if (!button) return;
  if ("keys" in button.dataset) return openKeys();
  const how = button.dataset.zoom;
  if (how === "in") zoomBy(1 / 1.3);
  else if (how === "out") zoomBy(1.3);
  else zoomTo(how);
});

// The viewer: the page is an SVG, zoom and pan are its view box.

const page = () => document.querySelector("svg.page");
const boxOf = (svg) => svg.getAttribute("viewBox").split(" ").map(Number);

function look(svg, [x, y, w, h]) {
  const [width, height] = [Number(svg.dataset.width), Number(svg.dataset.height)];
  w = Math.max(40, Math.min(w, width * 1.4));
  h = Math.max(40, Math.min(h, height * 1.4));
  x = Math.max(-w * 0.5, Math.min(x, width - w * 0.5));
  y = Math.max(-h * 0.5, Math.min(y, height - h * 0.5));
  svg.setAttribute("viewBox", [x, y, w, h].map((n) => n.toFixed(1)).join(" "));
  if (w < width * 0.5) sharpen(svg);
}

function sharpen(svg) {
  const image = svg.querySelector("image");
  if (!image || image.getAttribute("href").includes("sharp")) return;
  const finer = `${image.getAttribute("href")}?sharp=1`;
  const ready = new Image();
  ready.onload = () => image.setAttribute("href", finer);
  ready.src = finer;
}

function zoomBy(factor, centre) {
  const svg = page();
  if (!svg) return false;
  const [x, y, w, h] = boxOf(svg);
  const [cx, cy] = centre ?? [x + w / 2, y + h / 2];
  look(svg, [cx - (cx - x) * factor, cy - (cy - y) * factor, w * factor, h * factor]);
  return true;
}

function zoomTo(what) {
  const svg = page();
  if (!svg) return false;
  if (what === "page") look(svg, [0, 0, Number(svg.dataset.width), Number(svg.dataset.height)]);
  else look(svg, svg.dataset.evidence.split(" ").map(Number));
  return true;
}

function at(svg, event) {
  const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
  return [point.x, point.y];
}

let drag = null;

document.addEventListener("pointerdown", (event) => {
  const svg = event.target.closest?.("svg.page");
  if (!svg || event.button !== 0) return;
  drag = { svg, from: at(svg, event), marking: svg.hasAttribute("data-marking") };
  svg.setPointerCapture(event.pointerId);
  event.preventDefault();
});

document.addEventListener("pointermove", (event) => {
  if (!drag) return;
  const [px, py] = at(drag.svg, event);
  const [fx, fy] = drag.from;
  if (drag.marking) {
    const mark = drag.svg.querySelector(".mark");
    const box = [Math.min(px, fx), Math.min(py, fy), Math.abs(px - fx), Math.abs(py - fy)];
    ["x", "y", "width", "height"].forEach((name, i) => mark.setAttribute(name, box[i].toFixed(1)));
    return;
  }
  const [x, y, w, h] = boxOf(drag.svg);
  look(drag.svg, [x - (px - fx), y - (py - fy), w, h]);
});

document.addEventListener("pointerup", () => {
  if (drag?.marking) {
    const mark = drag.svg.querySelector(".mark");
    const names = ["x", "y", "width", "height"];
    const [x, y, w, h] = names.map((n) => Number(mark.getAttribute(n)));
    const field = document.querySelector("[name=box]");
    if (field && w > 2 && h > 2) {
      field.value = [x, y, x + w, y + h].map((n) => n.toFixed(1)).join(" ");
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }
  drag = null;
});

document.addEventListener(
  "wheel",
  (event) => {
    const svg = event.target.closest?.("svg.page");
    if (!svg) return;
    event.preventDefault();
    if (event.ctrlKey) {
      zoomBy(event.deltaY > 0 ? 1.15 : 1 / 1.15, at(svg, event));
      return;
    }
    const [x, y, w, h] = boxOf(svg);
    const scale = h / svg.clientHeight;
    look(svg, [x + event.deltaX * scale, y + event.deltaY * scale, w, h]);
  },
  { passive: false },
);

// Search while typing: parcels by address or owner, sections by number or title.

let searching = 0;

document.addEventListener("input", (event) => {
  const field = event.target;
  if (!field.dataset?.search) return;
  const number = ++searching;
  setTimeout(async () => {
    if (number !== searching) return;
    const query = new URLSearchParams({ text: field.value, record: field.dataset.record });
    const answer = await fetch(`${field.dataset.search}?${query}`, { headers: { "X-Part": "1" } });
    if (!answer.ok || number !== searching) return;
    const found = document.querySelector("[data-candidates]");
    const part = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-candidates]");
    if (part && found) found.replaceWith(part);
    else if (part) field.after(part);
  }, 180);
});

// Files dragged in: they go into the form's own field, the form sends them.

document.addEventListener("dragover", (event) => {
  if (document.querySelector("[data-drop]")) event.preventDefault();
});
document.addEventListener("drop", (event) => {
  const field = document.querySelector("[data-drop] input[type=file]");
  if (!field || !event.dataTransfer?.files.length) return;
  event.preventDefault();
  field.files = event.dataTransfer.files;
  field.form.requestSubmit();
});

// Filters and the like: a change is enough.
document.addEventListener("change", (event) => {
  const form = event.target.closest?.("form[data-at-once]");
  if (form) form.requestSubmit();
});

function arrive() {
  document.documentElement.classList.add("scripted");
  const field = document.querySelector("[data-focus]");
  if (field && shown(field)) {
    field.focus({ preventScroll: true });
    if (field.select && field.tagName === "INPUT") field.select();
  }
  const marking = document.querySelector("[data-mark-on]");
  if (marking) page()?.setAttribute("data-marking", "");
  const next = document.querySelector("[data-expect]")?.dataset.expect;
  if (next) new Image().src = next;
}

document.addEventListener("htmx:afterSettle", arrive);
arrive();
