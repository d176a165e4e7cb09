// Marks around chosen words, jumps to a line of the text, keys to copy.
//
//   <div role="toolbar" data-toolbar="#markdown" hidden>
//     <button type="button" data-before="**" data-after="**">Bold</button>
//     <button type="button" data-line-start="## ">Heading</button>
//     <button type="button" data-block="table">Table</button>   (footnote, figure, table, box)
//   </div>
//   <a href="#markdown" data-line="12">Line 12</a>
//   <button type="button" data-copy="[@key]" data-word-copied="Copied: {what}" hidden>Copy</button>

import { bind, say, words } from "./kit.js";

const BLOCKS = {
  figure: '\n![](figure:KEY "")\n',
  table: "\nTable: \n\n|  |  |\n| --- | --- |\n|  |  |\n",
  box: "\n::: box \n\n:::\n",
};

/** Put text in the place of the selection, so that the browser's undo knows of it where it can. */
function put(area, text, from = area.selectionStart, to = area.selectionEnd) {
  area.focus();
  area.setSelectionRange(from, to);
  if (!document.execCommand("insertText", false, text)) {
    area.setRangeText(text, from, to, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

function wrap(area, before, after) {
  const { selectionStart: from, selectionEnd: to } = area;
  const chosen = area.value.slice(from, to);
  put(area, before + chosen + after);
  area.setSelectionRange(from + before.length, from + before.length + chosen.length);
}

function lead(area, mark) {
  const from = area.value.lastIndexOf("\n", area.selectionStart - 1) + 1;
  const to = Math.max(area.selectionEnd, from);
  const lines = area.value.slice(from, to).split("\n").map((line) => mark + line);
  put(area, lines.join("\n"), from, to);
}

function footnote(area) {
  let number = 1;
  while (area.value.includes(`[^${number}]`)) number += 1;
  const at = area.selectionEnd;
  put(area, `\n\n[^${number}]: `, area.value.length, area.value.length);
  put(area, `[^${number}]`, at, at);
}

bind("[data-toolbar]", (bar) => {
  const area = document.querySelector(bar.dataset.toolbar);
  if (!area || area.readOnly) return;
  bar.hidden = false;
  bar.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const { before, after, lineStart, block } = button.dataset;
    if (before !== undefined) wrap(area, before, after || "");
    else if (lineStart) lead(area, lineStart);
    else if (block === "footnote") footnote(area);
    else if (BLOCKS[block]) put(area, BLOCKS[block], area.selectionEnd, area.selectionEnd);
  });
  bar.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const buttons = [...bar.querySelectorAll("button")];
    const turned = document.dir === "rtl" ? -step : step;
    const next = (buttons.indexOf(document.activeElement) + turned + buttons.length) % buttons.length;
    buttons[next].focus();
    event.preventDefault();
  });
});

// The preview is exchanged as a whole, so its links are listened to from above.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-line]");
  const area = link && document.getElementById("markdown");
  if (!area) return;
  event.preventDefault();
  const lines = area.value.split("\n");
  const line = Math.min(Number(link.dataset.line), lines.length);
  const from = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
  area.focus();
  // Choosing the start alone lets the browser scroll there; then the line is chosen.
  area.setSelectionRange(from, from);
  area.blur();
  area.focus();
  area.setSelectionRange(from, from + lines[line - 1].length);
});

bind("button[data-copy]", (button) => {
  if (!navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    say(words(button.dataset.wordCopied, { what: button.dataset.copy }));
  });
});
