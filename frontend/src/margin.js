// The margin beside the text: the cards of its page, where each stands in the text, and two small forms for what
// somebody has chosen. The cards come from the server as HTML; this shows them in the text and sends what is decided.
import { StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView } from "@codemirror/view";
import { say, token } from "../../static/js/kit.js";

const AGAIN = 15_000;
const BESIDE = 60;

const placed = StateEffect.define();
const passages = StateField.define({
  create: () => Decoration.none,
  update(shown, transaction) {
    for (const effect of transaction.effects) if (effect.is(placed)) return effect.value;
    return shown.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** Where a card's words stand in the text as it is this moment: beside their neighbours, else nearest to where they stood. */
export function standing(text, { at, words, before, after }) {
  const whole = text.indexOf(before + words + after);
  if (whole >= 0 && before + after) return whole + before.length;
  if (!words) return -1;
  let best = -1;
  for (let found = text.indexOf(words); found >= 0; found = text.indexOf(words, found + 1)) {
    if (best < 0 || Math.abs(found - at) < Math.abs(best - at)) best = found;
  }
  return best;
}

export class Margin {
  constructor(place, room) {
    this.place = place;
    this.list = place.querySelector("[data-margin-cards]");
    this.empty = place.querySelector("[data-margin-empty]");
    this.room = room;
    place.addEventListener("submit", (event) => this.submitted(event));
    place.addEventListener("click", (event) => {
      const button = event.target.closest("[data-margin-show]");
      if (button) this.show(button.closest("[data-card]").id);
    });
    for (const dialog of document.querySelectorAll("[data-margin-new]")) {
      dialog.addEventListener("submit", (event) => this.submitted(event));
      dialog.querySelector("[data-margin-cancel]").addEventListener("click", () => dialog.close());
    }
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.load(); });
    setInterval(() => { if (!document.hidden) this.load(); }, AGAIN);
  }

  extension() {
    return [passages, EditorView.domEventHandlers({ click: (event) => this.pressed(event) })];
  }

  async load() {
    if (!this.view || this.list.contains(document.activeElement)) return; // nobody's form is taken from under their hands
    try {
      const answer = await fetch(this.place.dataset.marginCards, { credentials: "same-origin", headers: { Accept: "text/html" } });
      if (!answer.ok || answer.redirected) return;
      const html = await answer.text();
      if (html !== this.html) this.fill(html);
    } catch { /* the next time */ }
    this.draw();
  }

  fill(html) {
    this.html = html;
    const open = new Set([...this.list.querySelectorAll("details[open]")].map((each) => each.closest("[data-card]")?.id + each.querySelector("summary").textContent));
    this.list.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
    const cards = [...this.list.querySelectorAll("[data-card]")];
    this.empty.hidden = cards.length > 0;
    for (const card of cards) {
      for (const each of card.querySelectorAll("details")) each.open = open.has(card.id + each.querySelector("summary").textContent);
      if (card.dataset.at === undefined) continue;
      const button = Object.assign(document.createElement("button"), { type: "button", className: "btn btn--small btn--text", textContent: this.place.dataset.wordShow });
      button.dataset.marginShow = "";
      card.querySelector(".card__head").append(" ", button);
    }
  }

  /** Mark the passages in the text. */
  draw() {
    const text = this.view.state.doc.toString();
    this.places = new Map();
    const marks = [];
    for (const card of this.list.querySelectorAll("[data-card][data-at]")) {
      const { at, words, before, after, kind } = card.dataset;
      const from = standing(text, { at: Number(at), words, before, after });
      if (from < 0) continue;
      const to = from + words.length;
      this.places.set(card.id, [from, to]);
      if (to > from) marks.push(Decoration.mark({ class: `passage passage--${kind}`, attributes: { "data-passage": card.id } }).range(from, to));
    }
    this.view.dispatch({ effects: placed.of(Decoration.set(marks, true)) });
  }

  /** Lead from a card to its words. */
  show(id) {
    this.draw();
    const found = this.places.get(id);
    if (!found) return say(this.place.dataset.wordGone);
    this.view.dispatch({ selection: { anchor: found[0], head: found[1] }, effects: EditorView.scrollIntoView(found[0], { y: "center" }) });
    return this.view.focus();
  }

  /** A press on a marked passage leads to its card. */
  pressed(event) {
    const id = event.target.closest?.("[data-passage]")?.dataset.passage;
    const card = id && document.getElementById(id);
    if (!card) return false;
    for (const each of this.list.querySelectorAll(".is-here")) each.classList.remove("is-here");
    card.classList.add("is-here");
    card.scrollIntoView({ block: "nearest" });
    return false;
  }

  /** Ask what is to be said of the chosen words. */
  begin(kind) {
    const { from, to } = this.view.state.selection.main;
    const dialog = document.querySelector(`[data-margin-new="${kind}"]`);
    if (!dialog) return false;
    if (from === to) {
      this.room.tell(this.place.dataset.wordChoose);
      return true;
    }
    const { doc } = this.view.state;
    const quote = doc.sliceString(from, to);
    const form = dialog.querySelector("form");
    form.reset();
    form.elements.quote.value = quote;
    form.elements.before.value = doc.sliceString(Math.max(0, from - BESIDE), from);
    form.elements.after.value = doc.sliceString(to, Math.min(doc.length, to + BESIDE));
    dialog.querySelector("[data-margin-quote]").textContent = quote.length > 300 ? `${quote.slice(0, 299)}…` : quote;
    if (kind === "suggest") form.elements.text.value = quote;
    dialog.showModal();
    form.elements.text.focus();
    return true;
  }

  /** Send a form of a card or of a dialog, and show what came of it. */
  async submitted(event) {
    const form = event.target;
    if (form.method !== "post") return;
    event.preventDefault();
    event.stopPropagation();
    const dialog = form.closest("dialog");
    const card = form.closest("[data-card]");
    const buttons = [...form.querySelectorAll("button")];
    buttons.forEach((each) => { each.disabled = true; });
    let trouble = this.place.dataset.wordTrouble;
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        credentials: "same-origin",
        headers: { Accept: "application/json", "X-CSRFToken": token() },
        body: new URLSearchParams(new FormData(form)),
      });
      const said = await answer.json();
      if (answer.ok) {
        trouble = "";
        say(said.said);
        if (dialog) { dialog.close(); this.view.focus(); }
      } else if (said.error) trouble = said.error;
    } catch { /* said below */ }
    buttons.forEach((each) => { each.disabled = false; });
    if (trouble && dialog) {
      const place = dialog.querySelector("[role=alert]");
      place.textContent = trouble;
      place.hidden = false;
    } else if (trouble) this.room.tell(trouble);
    if (!trouble) {
      if (dialog) dialog.querySelector("[role=alert]").hidden = true;
      const next = card && (card.nextElementSibling || card.previousElementSibling);
      document.activeElement?.blur?.();
      await this.load();
      // The card may be gone: the next one is where the work goes on.
      const there = card && (document.getElementById(card.id) || (next && document.getElementById(next.id)));
      if (there) there.focus();
      else if (dialog || !card) this.view.focus();
    }
  }
}
