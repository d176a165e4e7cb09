// Show Markdown as it will be printed. The server parses and cleans it; this puts the fragment in its place.
//
//   <div data-preview-outline>…</div>   (takes what the fragment has in <template data-outline>)
//   <div class="pv__page prose" data-preview="/preview" data-preview-of="#markdown" data-word-lost="No preview just now."></div>

import { bind, token } from "./kit.js";

bind("[data-preview]", (page) => {
  const source = document.querySelector(page.dataset.previewOf);
  if (!source) return;
  const note = document.querySelector("[data-preview-state]");
  let timer = 0;
  let running = null;
  let shown = null;

  async function show() {
    const markdown = source.value;
    if (markdown === shown) return;
    running?.abort();
    const mine = (running = new AbortController());
    page.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(page.dataset.preview, {
        method: "POST",
        credentials: "same-origin",
        signal: mine.signal,
        headers: { "Content-Type": "application/json", Accept: "text/html", "X-CSRFToken": token() },
        body: JSON.stringify({ markdown }),
      });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      const parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
      // The outline comes with it, for a place of its own beside the text.
      const outline = parsed.querySelector("template[data-outline]");
      if (outline) document.querySelector("[data-preview-outline]")?.replaceChildren(outline.content);
      outline?.remove();
      const kept = page.scrollTop;
      page.replaceChildren(...parsed.body.childNodes);
      page.scrollTop = kept;
      shown = markdown;
      if (note) note.textContent = "";
    } catch (fault) {
      if (fault.name === "AbortError") return;
      if (note) note.textContent = page.dataset.wordLost || "";
    } finally {
      if (running === mine) page.removeAttribute("aria-busy");
    }
  }

  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(show, 600);
  };
  source.addEventListener("input", soon);
  source.addEventListener("concord:text", soon);
  if (!page.hasChildNodes() || page.textContent.trim() === "") show();
});
