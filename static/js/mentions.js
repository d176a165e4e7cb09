// Offer names behind @ where somebody writes: arrow keys, Enter or Tab, a press; Escape leaves what was typed.
// Without this module a name is written out in full; the page lists them all.
//
//   <ul data-mention-names data-word-offered="{number} names; arrow keys choose"><li>Amina Diallo</li>…</ul>
//   <textarea data-mentions></textarea>

import { number, say, words } from "./kit.js";

const BEGUN = /(?<![\p{L}\p{N}_])@([\p{L}\p{M}\p{N}'’.\- ]{0,60})$/u;
const MOST = 8;

const list = Object.assign(document.createElement("ul"), { className: "mention", id: "mention", hidden: true });
list.setAttribute("role", "listbox");
let area = null;
let begun = "";
let at = 0;

function names() {
  return [...document.querySelectorAll("[data-mention-names] li")].map((item) => item.textContent.trim());
}

function close() {
  if (!area) return;
  for (const name of ["aria-controls", "aria-activedescendant"]) area.removeAttribute(name);
  list.hidden = true;
  list.remove();
  area = null;
}

function point(index) {
  const rows = [...list.children];
  at = (index + rows.length) % rows.length;
  rows.forEach((row, n) => row.setAttribute("aria-selected", String(n === at)));
  area.setAttribute("aria-activedescendant", rows[at].id);
}

function offer(where) {
  const typed = BEGUN.exec(where.value.slice(0, where.selectionStart))?.[1];
  const wanted = typed?.toLocaleLowerCase() ?? "";
  const found = typed === undefined ? [] : names().filter((name) => {
    const low = name.toLocaleLowerCase();
    return low.startsWith(wanted) || (wanted && low.includes(` ${wanted}`));
  });
  if (!found.length || (found.length === 1 && found[0].toLocaleLowerCase() === wanted)) return close();
  if (area !== where) close();
  const fresh = !area;
  area = where;
  begun = typed;
  list.replaceChildren(...found.slice(0, MOST).map((name, n) => {
    const row = Object.assign(document.createElement("li"), { id: `mention-${n}`, textContent: name, dir: "auto" });
    row.setAttribute("role", "option");
    return row;
  }));
  list.setAttribute("aria-label", area.labels?.[0]?.textContent ?? "@");
  list.hidden = false;
  area.after(list);
  area.setAttribute("aria-controls", list.id);
  point(0);
  if (fresh) say(words(document.querySelector("[data-mention-names]").dataset.wordOffered, { number: number(list.children.length) }));
  return undefined;
}

function pick(row) {
  const end = area.selectionStart;
  area.setRangeText(`${row.textContent} `, end - begun.length, end, "end");
  const written = area;
  close();
  written.focus();
}

document.addEventListener("input", (event) => {
  if (event.target.matches?.("textarea[data-mentions]")) offer(event.target);
});

document.addEventListener("keydown", (event) => {
  if (!area || event.target !== area || event.isComposing) return;
  if (event.key === "ArrowDown") point(at + 1);
  else if (event.key === "ArrowUp") point(at - 1);
  else if (event.key === "Enter" || event.key === "Tab") pick(list.children[at]);
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
  event.stopPropagation();
}, true);

list.addEventListener("mousedown", (event) => {
  event.preventDefault(); // the text keeps the focus
  const row = event.target.closest("[role=option]");
  if (row) pick(row);
});

document.addEventListener("focusout", (event) => { if (event.target === area) close(); });
