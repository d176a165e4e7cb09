// Press a line number (with Shift: up to that line) and the place is there to be copied, with its link.
// Without this module each number is a link to the same page with the place named by the server.
//
//   <section data-cite data-chapter="FOD, 3" data-word-line="p. {page}, l. {lines}" data-word-copied="Copied: {text}">
//     <div data-cite-shown hidden><b data-cite-place></b><blockquote data-cite-words></blockquote><input id="cite-link" readonly>
//     <button data-cite-copy="words" hidden>…</button><button data-cite-copy="link" hidden>…</button></div><p data-cite-hint></p></section>

import { bind, say, words } from "./kit.js";

bind("[data-cite]", (bar) => {
  const part = (name) => bar.querySelector(`[data-cite-${name}]`);
  const link = bar.querySelector("#cite-link");
  let first = document.querySelector(".is-lit .ln__n");

  function lines(from, to) {
    const all = [...document.querySelectorAll(`.ln__n[data-page="${CSS.escape(from.dataset.page)}"]`)];
    const [a, b] = [all.indexOf(from), all.indexOf(to)].sort((x, y) => x - y);
    return all.slice(a, b + 1);
  }

  function show(from, to) {
    const taken = lines(from, to);
    const [a, b] = [taken[0].dataset.line, taken.at(-1).dataset.line];
    const page = from.dataset.page;
    document.querySelectorAll(".is-lit").forEach((one) => one.classList.remove("is-lit"));
    taken.forEach((one) => one.closest(".ln").classList.add("is-lit"));
    const span = a === b ? a : `${a}–${b}`;
    const place = words(bar.dataset.wordLine, { page, lines: span });
    part("place").textContent = place;
    part("words").textContent = taken.map(text).join(" ");
    const query = `?${new URLSearchParams({ at: `${page}:${a === b ? a : `${a}-${b}`}` })}#p${page}l${a}`;
    link.value = new URL(location.pathname + query, location.href).href;
    history.replaceState(history.state, "", query);
    part("shown").hidden = false;
    part("hint").hidden = true;
    say(place);
  }

  function text(number) {
    const copy = number.closest(".ln").querySelector(".ln__t").cloneNode(true);
    copy.querySelectorAll("[data-apart], .sr").forEach((one) => one.remove());
    return copy.textContent.trim();
  }

  document.addEventListener("click", (event) => {
    const number = event.target.closest(".ln__n[data-line]");
    if (!number || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const from = event.shiftKey && first?.isConnected && first.dataset.page === number.dataset.page ? first : number;
    if (from === number) first = number;
    show(from, number);
  });

  for (const button of bar.querySelectorAll("[data-cite-copy]")) {
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", async () => {
      const said = button.dataset.citeCopy === "link" ? link.value : `${bar.dataset.chapter}, ${part("place").textContent}`;
      try {
        await navigator.clipboard.writeText(said);
        say(words(bar.dataset.wordCopied, { text: said }));
      } catch {
        link.focus();
        link.select();
      }
    });
  }
});
