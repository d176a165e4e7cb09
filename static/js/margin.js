// Put each note of the margin beside the line or block it speaks of, where the page is wide enough;
// notes that would lie on each other move down. Without this module they stand in the order of the text.
//
//   <aside class="margin" data-margin><article class="mc" data-at="p3-12l31">…</article></aside>

import { bind } from "./kit.js";

const wide = matchMedia("(width >= 74rem)");
const GAP = 16;

bind("[data-margin]", (margin) => {
  function align() {
    const notes = [...margin.querySelectorAll(":scope > .mc:not([hidden])")];
    const placed = notes.some((note) => note.dataset.at && document.getElementById(note.dataset.at));
    margin.classList.toggle("is-aligned", wide.matches && placed);
    if (!margin.classList.contains("is-aligned")) return;
    const origin = margin.getBoundingClientRect().top;
    const wished = notes.map((note) => {
      const line = document.getElementById(note.dataset.at || "");
      return { note, at: line ? Math.max(0, line.getBoundingClientRect().top - origin - (note.matches(".mc--new") ? 48 : 0)) : 0 };
    });
    wished.sort((a, b) => a.at - b.at);
    let free = 0;
    for (const { note, at } of wished) {
      const start = Math.max(at, free);
      note.style.setProperty("--at", `${start}px`);
      note.classList.toggle("is-level", start - at < 4);
      free = start + note.offsetHeight + GAP;
    }
    margin.style.setProperty("--margin-size", `${free}px`);
  }
  align();
  wide.addEventListener("change", align);
  document.fonts?.ready.then(align);
  document.addEventListener("concord:place", align);
  const watch = new ResizeObserver(() => requestAnimationFrame(align));
  for (const note of margin.children) watch.observe(note);
});
