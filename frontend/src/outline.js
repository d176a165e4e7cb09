// The outline beside the text: leads to a heading, and moves a section by dragging, or by its two buttons.
import { say, words } from "../../static/js/kit.js";
import { moving, neighbour, sections } from "./sections.js";

export class Outline {
  constructor(place, labels) {
    this.place = place;
    this.labels = labels;
    this.list = document.createElement("ol");
    this.list.className = "room__outline";
    place.replaceChildren(this.list);
    this.list.addEventListener("click", (event) => this.pressed(event));
    this.list.addEventListener("dragstart", (event) => {
      const item = event.target.closest("li");
      this.dragged = item ? Number(item.dataset.index) : null;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", "");
    });
    this.list.addEventListener("dragover", (event) => {
      if (this.dragged === null || this.dragged === undefined) return;
      event.preventDefault();
      this.mark(event.target.closest("li"), event);
    });
    this.list.addEventListener("drop", (event) => {
      const item = event.target.closest("li");
      event.preventDefault();
      if (item && this.dragged !== null) {
        const below = this.below(item, event);
        this.move(this.dragged, Number(item.dataset.index) + (below ? 1 : 0));
      }
      this.unmark();
    });
    this.list.addEventListener("dragend", () => this.unmark());
  }

  below(item, event) {
    const { top, height } = item.getBoundingClientRect();
    return event.clientY > top + height / 2;
  }

  mark(item, event) {
    for (const each of this.list.children) each.classList.remove("is-over", "is-under");
    item?.classList.add(this.below(item, event) ? "is-under" : "is-over");
  }

  unmark() {
    this.dragged = null;
    for (const each of this.list.children) each.classList.remove("is-over", "is-under");
  }

  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.draw(), 300);
  }

  draw() {
    this.found = sections(this.view.state.doc);
    const locked = this.view.state.readOnly;
    const focused = this.list.contains(document.activeElement) ? document.activeElement.dataset.name : "";
    this.list.replaceChildren(...this.found.map((section, index) => {
      const item = document.createElement("li");
      item.dataset.index = index;
      item.className = `outline__l${section.level}`;
      item.draggable = !locked;
      const link = document.createElement("a");
      link.href = "#room-text";
      link.dataset.name = `${index} go`;
      link.textContent = section.title || "…";
      link.dir = "auto";
      item.append(link);
      if (!locked) item.append(this.button(index, -1, section.title), this.button(index, 1, section.title));
      return item;
    }));
    if (!this.found.length) {
      const none = document.createElement("li");
      none.className = "note";
      none.textContent = this.labels.none;
      this.list.append(none);
    }
    if (focused) this.list.querySelector(`[data-name="${focused}"]`)?.focus();
    this.where();
  }

  button(index, step, title) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn--text room__move";
    button.dataset.step = step;
    button.dataset.name = `${index} ${step}`;
    button.textContent = step < 0 ? "↑" : "↓";
    button.setAttribute("aria-label", words(step < 0 ? this.labels.up : this.labels.down, { title }));
    button.disabled = neighbour(this.found, index, step) < 0;
    return button;
  }

  pressed(event) {
    const item = event.target.closest("li[data-index]");
    if (!item) return;
    const index = Number(item.dataset.index);
    const button = event.target.closest("button");
    if (button) {
      const step = Number(button.dataset.step);
      this.shift(index, step);
    } else if (event.target.closest("a")) {
      event.preventDefault();
      const { from } = this.found[index];
      this.go(from);
    }
  }

  go(from) {
    const { view } = this;
    const line = view.state.doc.lineAt(Math.min(from, view.state.doc.length));
    view.dispatch({ selection: { anchor: line.to }, effects: this.top(line.from) });
    view.focus();
  }

  /** Move the section one place; used by the buttons and by the key on a heading. */
  shift(index, step) {
    const before = neighbour(this.found, index, step);
    if (before >= 0) this.move(index, before);
  }

  move(index, before) {
    if (this.view.state.readOnly) return;
    const change = moving(this.view.state.doc, this.found, index, before);
    if (!change) return;
    const { title } = this.found[index];
    this.view.dispatch({ ...change, userEvent: "move.section", scrollIntoView: true });
    say(words(this.labels.moved, { title }));
    this.draw();
  }

  /** The section in which the cursor stands. */
  here() {
    const head = this.view.state.selection.main.head;
    return sections(this.view.state.doc).findLastIndex((each) => each.from <= head);
  }

  where() {
    const index = this.here();
    [...this.list.children].forEach((item, at) => {
      if (at === index) item.querySelector("a")?.setAttribute("aria-current", "true");
      else item.querySelector("a")?.removeAttribute("aria-current");
    });
  }
}
