// The text as printed, beside the editor, by the renderer of the PDF on the server; both scroll together.
import { token } from "../../static/js/kit.js";

const PAUSE = 600;

export class Preview {
  constructor(page, url, words) {
    this.page = page;
    this.url = url;
    this.words = words;
    this.note = document.querySelector("[data-preview-state]");
    this.lines = [];
    this.took = 0;
    this.following = 0;
    page.addEventListener("scroll", () => this.lead(), { passive: true });
    // A large window shows the preview in a box that scrolls, a small one as part of the page.
    page.closest("[data-room-scroll]")?.addEventListener("scroll", () => this.lead(), { passive: true });
  }

  get box() { return this.page.closest("[data-room-scroll]") || this.page; }

  soon() {
    clearTimeout(this.timer);
    // A long chapter takes the server a while; it is not asked more often than it can answer.
    this.timer = setTimeout(() => this.show(), Math.max(PAUSE, 2 * this.took));
  }

  async show() {
    if (!this.view || this.page.offsetParent === null) return;
    const markdown = this.view.state.doc.toString();
    if (markdown === this.shown) return;
    this.running?.abort();
    const mine = (this.running = new AbortController());
    const began = performance.now();
    this.page.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(this.url, {
        method: "POST",
        credentials: "same-origin",
        signal: mine.signal,
        headers: { "Content-Type": "application/json", Accept: "text/html", "X-CSRFToken": token() },
        body: JSON.stringify({ markdown }),
      });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      const parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
      parsed.querySelector("template[data-outline]")?.remove();
      const kept = this.box.scrollTop;
      this.page.replaceChildren(...parsed.body.childNodes);
      this.box.scrollTop = kept;
      this.measure();
      this.shown = markdown;
      const { words } = this.page.querySelector("[data-words]")?.dataset ?? {};
      if (words) this.counted?.(markdown, Number(words));
      if (this.note) this.note.textContent = "";
    } catch (fault) {
      if (fault.name !== "AbortError" && this.note) this.note.textContent = this.words.lost;
    } finally {
      this.took = performance.now() - began;
      if (this.running === mine) this.page.removeAttribute("aria-busy");
    }
  }

  /** Which line of the text each block of the preview begins on, in order. */
  measure() {
    const chapter = this.page.querySelector("[data-lines]");
    const known = new Map((chapter?.dataset.lines || "").split(" ").filter(Boolean).map((each) => {
      const [id, line] = each.split(":");
      return [id, Number(line)];
    }));
    this.lines = [...this.page.querySelectorAll("[data-b]")]
      .map((element) => ({ element, line: known.get(element.dataset.b) }))
      .filter((each) => each.line)
      .sort((one, other) => one.line - other.line);
  }

  top(element) {
    return element.getBoundingClientRect().top - this.box.getBoundingClientRect().top + this.box.scrollTop;
  }

  /** The editor was scrolled: the preview follows to the same line. */
  follow() {
    if (!this.view || !this.lines.length || Date.now() < this.leading) return;
    const { scrollDOM } = this.view;
    const block = this.view.lineBlockAtHeight(scrollDOM.scrollTop);
    const line = this.view.state.doc.lineAt(block.from).number + (scrollDOM.scrollTop - block.top) / Math.max(1, block.height);
    const next = this.lines.findIndex((each) => each.line > line);
    const after = this.lines[next];
    const before = this.lines[(next < 0 ? this.lines.length : next) - 1];
    if (!before) return this.put(0);
    const start = this.top(before.element);
    const stop = after ? this.top(after.element) : this.box.scrollHeight;
    const share = after ? (line - before.line) / (after.line - before.line) : 0;
    return this.put(start + (stop - start) * Math.min(1, Math.max(0, share)));
  }

  put(top) {
    this.following = Date.now() + 150;
    this.box.scrollTop = top;
  }

  /** The preview was scrolled by hand: the editor follows. */
  lead() {
    if (!this.view || !this.lines.length || Date.now() < this.following) return;
    const top = this.box.scrollTop;
    const at = this.lines.findLast((each) => this.top(each.element) <= top + 4) || this.lines[0];
    this.leading = Date.now() + 150;
    const line = this.view.state.doc.line(Math.min(at.line, this.view.state.doc.lines));
    this.view.scrollDOM.scrollTop = this.view.lineBlockAt(line.from).top;
  }
}
