// Where the others are: a caret with a name, and what they have chosen. Positions are Yjs's own and move with the text.
import { StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, ViewPlugin, WidgetType } from "@codemirror/view";
import * as Y from "yjs";
import { ySyncAnnotation } from "y-codemirror.next";

const THROTTLE = 120;

class Caret extends WidgetType {
  constructor(name, colour) {
    super();
    this.name = name;
    this.colour = colour;
  }

  eq(other) { return other.name === this.name && other.colour === this.colour; }

  toDOM() {
    const caret = document.createElement("span");
    caret.className = `caret caret--${this.colour}`;
    caret.setAttribute("aria-hidden", "true");
    const name = document.createElement("bdi");
    name.textContent = this.name;
    caret.append("\u2060", name, "\u2060");
    return caret;
  }

  get estimatedHeight() { return -1; }

  ignoreEvent() { return true; }
}

const placed = StateEffect.define();

const carets = StateField.define({
  create: () => Decoration.none,
  update(shown, transaction) {
    for (const effect of transaction.effects) if (effect.is(placed)) return effect.value;
    // On our own keys Yjs hears of the change after the editor: the old places are moved along until it has.
    return shown.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** People in the room, by their number there; ``draw`` shows them in the text, ``onchange`` in the page. */
export class People {
  constructor(ytext, link, onchange) {
    this.ytext = ytext;
    this.link = link;
    this.known = new Map();
    this.onchange = onchange;
    const put = (who, place) => this.known.set(who.id, { ...who, place: place ?? this.known.get(who.id)?.place });
    link.addEventListener("here", ({ detail }) => {
      this.known.clear();
      for (const who of detail.people) put(who, who.place);
      this.changed();
    });
    link.addEventListener("came", ({ detail }) => { put(detail.who); this.changed(); this.onchange("came", detail.who); });
    link.addEventListener("left", ({ detail }) => {
      const who = this.known.get(detail.id);
      this.known.delete(detail.id);
      this.changed();
      if (who) this.onchange("left", who);
    });
    link.addEventListener("at", ({ detail }) => {
      const who = this.known.get(detail.id);
      if (who) who.place = detail.place;
      this.draw();
    });
    link.addEventListener("state", () => {
      if (link.state === "offline" && this.known.size) { this.known.clear(); this.changed(); }
    });
  }

  changed() {
    this.draw();
    this.onchange("people", [...this.known.values()]);
  }

  index(position) {
    try {
      const found = Y.createAbsolutePositionFromRelativePosition(
        Y.createRelativePositionFromJSON(position), this.ytext.doc,
      );
      return found && found.type === this.ytext ? found.index : null;
    } catch {
      return null;
    }
  }

  draw() {
    if (!this.view || this.drawing) return;
    this.drawing = true;
    requestAnimationFrame(() => {
      this.drawing = false;
      const length = this.view.state.doc.length;
      const marks = [];
      for (const { name, colour, place } of this.known.values()) {
        const head = place && this.index(place.head);
        const anchor = place && this.index(place.anchor);
        if (head === null || head === undefined || head > length) continue;
        if (anchor !== null && anchor !== head && anchor <= length) {
          marks.push(Decoration.mark({ class: `theirs theirs--${colour}` })
            .range(Math.min(anchor, head), Math.max(anchor, head)));
        }
        marks.push(Decoration.widget({ widget: new Caret(name, colour), side: 1 }).range(head));
      }
      this.view.dispatch({ effects: placed.of(Decoration.set(marks, true)) });
    });
  }

  extension() {
    const people = this;
    const plugin = ViewPlugin.fromClass(class {
      constructor(view) { people.view = view; }

      update(update) {
        if (update.docChanged && people.known.size) people.draw();
        const theirs = update.transactions.some((each) => each.annotation(ySyncAnnotation));
        if (update.selectionSet || (update.docChanged && !theirs)) people.send();
      }

      destroy() { people.view = null; }
    });
    return [carets, plugin];
  }

  send() {
    if (this.waiting) return;
    this.waiting = setTimeout(() => {
      this.waiting = 0;
      if (!this.view) return;
      const { anchor, head } = this.view.state.selection.main;
      const at = (index) => Y.relativePositionToJSON(Y.createRelativePositionFromTypeIndex(this.ytext, index));
      this.link.say({ kind: "at", anchor: at(anchor), head: at(head) });
    }, THROTTLE);
  }
}
