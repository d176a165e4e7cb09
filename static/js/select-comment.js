// Choose the place a comment speaks of: mark words, or press a line number (with Shift: up to that line).
// A line number is a link, so the keyboard reaches it, and without this module its address opens the form for that line.
// While a comment is being written, a new selection only offers itself; it moves nothing.
//
//   <p data-b="k3f9"><span class="ln" id="p3-12l31"><a class="ln__n" data-line="31" data-page="3-12" href="?line=31#comment">31</a><span class="ln__t">…</span></span></p>
//   <form class="mc mc--new" id="comment" data-anchor data-word-place="p. {page}, l. {lines}" data-word-page="p. {page}"
//         data-word-cut="Cut to one paragraph." data-word-taken="Place chosen: {place}" hidden>
//     <b data-anchor-place></b> <blockquote data-anchor-quote></blockquote> <p data-anchor-note></p>
//     <button type="button" data-anchor-take hidden>Speak of the marked words instead</button>
//     <input type="hidden" name="anchor_block"> … anchor_start, _end, _quote, _prefix, _suffix, _page_label, _line_from, _line_to, _method
//     <textarea name="text"></textarea>
//   </form>

import { anchorOf, linesOf } from "./anchor.js";
import { bind, say, words } from "./kit.js";

bind("form[data-anchor]", (form) => {
  const part = (name) => form.querySelector(`[data-anchor-${name}]`);
  const take = part("take");
  const area = form.querySelector("textarea");
  let first = null;
  let offered = null;

  function fill(range, method, focus) {
    const anchor = anchorOf(range);
    if (!anchor) return;
    const lines = linesOf(range);
    const values = {
      block: anchor.block, start: anchor.start, end: anchor.end, quote: anchor.quote, prefix: anchor.prefix, suffix: anchor.suffix,
      page_label: lines.page ?? "", line_from: lines.from ?? "", line_to: lines.to ?? "", method,
    };
    for (const [name, value] of Object.entries(values)) {
      const field = form.elements[`anchor_${name}`];
      if (field) field.value = value;
    }
    show(range, anchor, lines);
    form.hidden = false;
    if (take) take.hidden = true;
    offered = null;
    document.dispatchEvent(new CustomEvent("concord:place"));
    if (focus) area?.focus({ preventScroll: false });
  }

  function show(range, anchor, lines) {
    const span = lines.from === lines.to ? `${lines.from}` : `${lines.from}–${lines.to}`;
    const place = lines.from ? words(form.dataset.wordPlace, { page: lines.page ?? "", lines: span })
      : anchor.element.closest("[data-place]")?.dataset.place || "";
    if (part("place")) part("place").textContent = place;
    if (part("quote")) part("quote").textContent = anchor.quote;
    if (part("note")) part("note").textContent = anchor.cut ? form.dataset.wordCut || "" : "";
    document.querySelectorAll(".is-lit").forEach((one) => one.classList.remove("is-lit", "is-first", "is-last"));
    if (lines.numbers.length) {
      const lit = lines.numbers.map((one) => one.closest(".ln"));
      lit.forEach((one) => one.classList.add("is-lit"));
      lit[0].classList.add("is-first");
      lit.at(-1).classList.add("is-last");
    } else if (window.Highlight && CSS.highlights) {
      CSS.highlights.set("place", new Highlight(range.cloneRange()));
    } else {
      anchor.element.classList.add("is-lit");
    }
    form.dataset.at = lines.numbers[0]?.closest(".ln")?.id || anchor.element.id || "";
    say(words(form.dataset.wordTaken, { place: place || anchor.quote }));
  }

  // A form that came back refused keeps its place; where there are no lines, the block is lit.
  const kept = form.elements.anchor_block?.value;
  if (kept && !document.querySelector(".is-lit")) {
    const block = [...document.querySelectorAll("[data-b]")].find((one) => one.dataset.b === kept);
    block?.classList.add("is-lit");
  }

  function selected() {
    const selection = document.getSelection();
    if (!selection.rangeCount || selection.isCollapsed) return;
    const range = selection.getRangeAt(0);
    if (form.contains(range.commonAncestorContainer) || !anchorOf(range)) return;
    if (area?.value.trim() && take) {
      offered = range.cloneRange();
      take.hidden = false;
      return;
    }
    fill(range, "selection", false);
  }

  // Only a finished selection counts: the mouse is up, the finger is off, the key is up.
  let timer = 0;
  document.addEventListener("selectionchange", () => {
    clearTimeout(timer);
    timer = setTimeout(() => { if (!pressed) selected(); }, 350);
  });
  let pressed = false;
  document.addEventListener("pointerdown", () => { pressed = true; });
  for (const end of ["pointerup", "pointercancel"]) {
    document.addEventListener(end, () => {
      pressed = false;
      setTimeout(selected);
    });
  }
  take?.addEventListener("click", () => { if (offered) fill(offered, "selection", true); });

  document.addEventListener("click", (event) => {
    const number = event.target.closest("[data-line]");
    if (!number || event.ctrlKey || event.metaKey) return;
    const line = (one) => one.closest(".ln")?.querySelector(".ln__t");
    if (!line(number)) return;
    event.preventDefault();
    const from = event.shiftKey && first?.isConnected && first.dataset.page === number.dataset.page ? first : number;
    if (from === number) first = number;
    const back = from.compareDocumentPosition(number) & Node.DOCUMENT_POSITION_PRECEDING;
    const [a, b] = back ? [number, from] : [from, number];
    const range = document.createRange();
    range.setStart(line(a), 0);
    range.setEnd(line(b), line(b).childNodes.length);
    document.getSelection().removeAllRanges();
    // Shift extends, so the focus stays with the numbers until the comment is begun.
    fill(range, "line", !event.shiftKey && event.detail === 0);
  });
});
