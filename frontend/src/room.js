// The editor in which a chapter is written together. The page's template holds every word and button of it
// (templates/assessments/drafting/_room.html); this fills it with the text and with what the others do.
import { autocompletion, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap } from "@codemirror/commands";
import { highlightSelectionMatches, openSearchPanel, search, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState } from "@codemirror/state";
import { EditorView, drawSelection, keymap, lineNumbers, placeholder } from "@codemirror/view";
import * as Y from "yjs";
import { yCollab, ySyncAnnotation, yUndoManagerKeymap } from "y-codemirror.next";
import { clock, number, say, words } from "../../static/js/kit.js";
import * as acts from "./acts.js";
import { Dialogs } from "./dialogs.js";
import { hideMarks, markdown } from "./language.js";
import { Link } from "./link.js";
import { Margin } from "./margin.js";
import { Memory } from "./memory.js";
import { offers } from "./offers.js";
import { Outline } from "./outline.js";
import { fromCells, fromHtml } from "./paste.js";
import { People } from "./presence.js";
import { Preview } from "./preview.js";
import { act as tableAct, step as tableStep, tableAt } from "./tables.js";

const WORD = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}]|['’.,-](?=[\p{L}\p{N}]))*/gu;

const wordsOf = (text) => text.match(WORD)?.length ?? 0;

/** What the page's template says in the reader's language, under data-word-NAME. */
const saying = (root) => (name, values) => words(root.dataset[`word${name[0].toUpperCase()}${name.slice(1)}`] || "", values);

class Room {
  constructor(root) {
    this.root = root;
    this.word = saying(root);
    this.find = (name) => document.querySelector(`[data-room-${name}]`);
    this.doc = new Y.Doc();
    this.text = this.doc.getText("t");
    this.link = new Link(root.dataset.room, this.doc);
    this.people = new People(this.text, this.link, (kind, detail) => this.peopled(kind, detail));
    this.margin = new Margin(this.find("margin"), this);
    this.undo = new Y.UndoManager(this.text, { captureTimeout: 500 });
    this.locked = new Compartment();
    this.most = 3_000_000;
    this.beside = 0; // how many words more, or fewer, are read in the text than stand in its Markdown
    this.link.prepare = (hello) => this.hello(hello);
    for (const kind of ["state", "ended"]) this.link.addEventListener(kind, () => this.tellState());
    this.link.addEventListener("synced", () => { this.open(); this.people.send(); });
    this.link.addEventListener("rights", ({ detail }) => this.rights(detail));
    this.link.addEventListener("cut", ({ detail }) => { this.why = detail.text; });
    this.link.addEventListener("version", ({ detail }) => { this.version(detail); this.margin.load(); });
    this.link.addEventListener("unreadable", ({ detail }) => this.tell(detail.why));
    this.link.addEventListener("differs", () => { this.memory?.clear(); location.reload(); });
    this.link.connect();
    this.tellState();
    // Until the room answers, the page keeps its text area: whoever cannot reach the room can still write.
    this.late = setTimeout(() => { if (!this.view) this.find("late").hidden = false; }, 6000);
    window.addEventListener("beforeunload", (event) => { if (this.link.unsent && !this.memory) event.preventDefault(); });
  }

  async hello(hello) {
    this.most = hello.most;
    this.why = hello.why;
    this.you = hello.you;
    const name = `${hello.key}-${hello.you.user}`;
    if (this.name && this.name !== name) return location.reload(); // another document, or another account
    if (this.name) return this.lock();
    this.name = name;
    if (!hello.may) return undefined;
    this.memory = await Memory.open(name);
    if (!this.memory) return undefined;
    const left = await this.memory.read().catch(() => []);
    this.doc.transact(() => { for (const update of left) Y.applyUpdate(this.doc, update, this.memory); }, this.memory);
    this.link.memory = this.memory;
    if (left.length) this.link.unsent = true;
    return undefined;
  }

  // -- the editor

  open() {
    if (this.view) return this.lock();
    clearTimeout(this.late);
    const place = this.find("text");
    this.root.hidden = false;
    this.find("plain").hidden = true;
    const outline = this.find("outline");
    this.outline = new Outline(outline, Object.fromEntries(["up", "down", "moved", "none"].map((name) => [name, outline.dataset[`word${name[0].toUpperCase()}${name.slice(1)}`]])));
    this.preview = new Preview(this.find("page"), this.root.dataset.roomPreview, { lost: this.word("lost") });
    this.preview.counted = (markdown, found) => { this.beside = found - wordsOf(markdown); this.count(); };
    this.view = new EditorView({ parent: place, state: EditorState.create({ doc: this.text.toString(), extensions: this.extensions(place) }) });
    this.outline.view = this.preview.view = this.margin.view = this.view;
    this.margin.load();
    this.dialogs = new Dialogs(this.root, this.view, (text) => this.tell(text));
    this.outline.top = (from) => EditorView.scrollIntoView(from, { y: "start", yMargin: 24 });
    this.view.scrollDOM.addEventListener("scroll", () => this.preview.follow(), { passive: true });
    this.outline.draw();
    this.count();
    this.bind();
    this.lock();
    place.dataset.ready = "true";
    performance.mark("concord-editable");
    // After the first painting: the preview of a long chapter takes its time, the keys do not wait for it.
    setTimeout(() => this.preview.show(), 50);
    return undefined;
  }

  extensions(place) {
    const phrases = {};
    for (const each of document.querySelectorAll("[data-phrase]")) phrases[each.dataset.phrase] = each.textContent;
    return [
      EditorState.phrases.of(phrases),
      keymap.of([
        { key: "Tab", run: tableStep(1), shift: tableStep(-1) },
        { key: "Mod-b", run: (view) => acts.wrap(view, "**"), preventDefault: true },
        { key: "Mod-i", run: (view) => acts.wrap(view, "*"), preventDefault: true },
        ...[0, 1, 2, 3, 4].map((level) => ({ key: `Mod-Alt-${level}`, run: (view) => acts.heading(view, level), preventDefault: true })),
        { key: "Mod-Shift-7", run: (view) => acts.list(view, true), preventDefault: true },
        { key: "Mod-Shift-8", run: (view) => acts.list(view, false), preventDefault: true },
        { key: "Mod-Alt-e", run: () => this.margin.begin("suggest"), preventDefault: true },
        { key: "Mod-Alt-m", run: () => this.margin.begin("remark"), preventDefault: true },
        { key: "Mod-Alt-f", run: acts.footnote, preventDefault: true },
        { key: "Mod-Alt-x", run: () => { this.dialogs.formula(); return true; }, preventDefault: true },
        { key: "Mod-Alt-ArrowUp", run: () => this.shift(-1), preventDefault: true },
        { key: "Mod-Alt-ArrowDown", run: () => this.shift(1), preventDefault: true },
        { key: "Mod-s", run: () => { say(this.stateText()); return true; }, preventDefault: true },
        { key: "F1", run: () => { this.find("help").showModal(); return true; }, preventDefault: true },
        { key: "Mod-h", run: openSearchPanel, preventDefault: true },
        ...yUndoManagerKeymap, ...searchKeymap, ...completionKeymap,
        { key: "Enter", run: acts.nextItem }, ...defaultKeymap,
      ]),
      lineNumbers(),
      drawSelection(),
      EditorView.lineWrapping,
      markdown(true),
      yCollab(this.text, null, { undoManager: this.undo }),
      this.people.extension(),
      this.margin.extension(),
      search({ top: true }),
      highlightSelectionMatches(),
      autocompletion({ override: [offers(this.root.dataset.roomOffers)], icons: false }),
      placeholder(this.word("empty")),
      EditorView.contentAttributes.of({
        tabindex: "0", spellcheck: "true", autocorrect: "on", autocapitalize: "sentences",
        lang: place.lang, "aria-label": this.word("label"), id: "room-text",
      }),
      this.locked.of([]),
      EditorState.transactionFilter.of((transaction) => this.admitted(transaction)),
      EditorView.domEventHandlers({ paste: (event, view) => this.paste(event, view) }),
      EditorView.updateListener.of((update) => this.updated(update)),
    ];
  }

  updated(update) {
    // Whoever moved elsewhere begins a new edit: undo takes back one place at a time.
    if (update.selectionSet && !update.docChanged) this.undo.stopCapturing();
    if (update.docChanged) {
      this.preview.soon();
      this.outline.soon();
      clearTimeout(this.counting);
      this.counting = setTimeout(() => this.count(), 400);
    }
    if (update.selectionSet || update.docChanged) {
      this.outline.where();
      const table = tableAt(update.state, update.state.selection.main.head);
      this.find("table").hidden = !table || update.state.readOnly;
    }
  }

  /** Nobody cuts a character in two, and nobody writes more than can be read. */
  admitted(transaction) {
    if (!transaction.docChanged || transaction.annotation(ySyncAnnotation)) return transaction;
    const { doc } = transaction.startState;
    const half = (at) => {
      const code = at > 0 && at < doc.length ? doc.sliceString(at, at + 1).charCodeAt(0) : 0;
      return code >= 0xdc00 && code < 0xe000 && doc.sliceString(at - 1, at).charCodeAt(0) >= 0xd800;
    };
    let cut = false;
    transaction.changes.iterChanges((from, to, _from, _to, inserted) => {
      const text = inserted.toString();
      cut ||= half(from) || half(to) || (text.isWellFormed ? !text.isWellFormed() : false);
    });
    if (cut) return [];
    if (transaction.newDoc.length > doc.length && transaction.newDoc.length * 3 > this.most
        && new TextEncoder().encode(transaction.newDoc.toString()).length > this.most) {
      this.tell(this.word("large"));
      return [];
    }
    return transaction;
  }

  paste(event, view) {
    const data = event.clipboardData;
    if (!data || view.state.readOnly) return false;
    const plain = data.getData("text/plain");
    const html = data.getData("text/html");
    // Before anything is read or shown: a page of fifty megabytes would stand still over it.
    if (plain.length > this.most || html.length > 8 * this.most) {
      event.preventDefault();
      this.tell(this.word("large"));
      return true;
    }
    const rich = /<(?:table|h[1-6]|ul|ol|strong|b|em|i|a|p)[\s>]/i.test(html);
    const text = rich ? fromHtml(html) : fromCells(plain);
    if (!text) return false;
    event.preventDefault();
    const { from, to } = view.state.selection.main;
    const line = view.state.doc.lineAt(from);
    const own = /\n/.test(text) && line.text.trim() && from === line.to ? "\n\n" : "";
    view.dispatch({ changes: { from, to, insert: own + text }, selection: { anchor: from + own.length + text.length }, userEvent: "input.paste", scrollIntoView: true });
    say(this.word("pasted"));
    return true;
  }

  lock() {
    if (!this.view) return;
    const locked = !this.link.mayWrite || this.link.ended;
    if (this.view.state.readOnly !== locked) {
      this.view.dispatch({ effects: this.locked.reconfigure(locked ? [EditorState.readOnly.of(true)] : []) });
      this.outline.draw();
    }
    this.find("tools").hidden = locked;
    this.note(locked ? this.why : "");
  }

  rights({ may, why }) {
    this.why = why;
    this.lock();
    say(may ? this.word("mayWrite") : why);
  }

  // -- what is said

  stateText() {
    const { state } = this.link;
    if (state === "kept") return this.word("kept", { at: clock(new Date()) });
    if (state === "offline") return this.word(this.memory ? "offline" : "offlineOnly");
    return this.word(state);
  }

  tellState() {
    const place = this.find("state");
    const { state } = this.link;
    place.dataset.state = state;
    const text = this.stateText();
    if (place.textContent !== text) place.textContent = text;
    if (["offline", "ended"].includes(state) && this.said !== state) say(text);
    if (state === "kept" && this.said === "offline") say(this.word("back"));
    if (state !== "sending") this.said = state;
    if (this.link.ended) this.end();
  }

  /** The connection has ended for good: the text stays to be read, and what was not sent can be taken away. */
  end() {
    if (this.over) return;
    this.over = true;
    clearTimeout(this.late);
    this.lock();
    this.note(this.why || this.word("refused"));
    const away = this.find("take");
    if (!this.link.unsent || !this.view) {
      this.memory?.clear();
      if (!this.view) this.find("late").hidden = false;
      return;
    }
    away.hidden = false;
    away.addEventListener("click", () => {
      const file = URL.createObjectURL(new Blob([this.text.toString()], { type: "text/markdown" }));
      Object.assign(document.createElement("a"), { href: file, download: "chapter.md" }).click();
      this.memory?.clear();
    });
  }

  note(text) {
    const place = this.find("why");
    place.hidden = !text;
    if (place.textContent !== text) place.textContent = text;
  }

  /** Something that happened, shown for a while above the text. */
  tell(text) {
    this.note(text);
    say(text);
    clearTimeout(this.troubled);
    this.troubled = setTimeout(() => this.lock(), 15_000);
  }

  /** A newer version stands: with a note it came by an act, such as bringing an old text back; who wrote along is told. */
  version({ number: given, note, by, user }) {
    const place = this.find("version");
    if (place) place.textContent = words(place.dataset.word, { number: given, at: clock(new Date()) });
    if (note && user !== this.you?.user) this.tell(this.word("changed", { name: by, note }));
  }

  /** Words as the server counts them, from its last look at the text on by what was typed since. */
  count() {
    this.find("words").textContent = this.word("words", { number: number(Math.max(0, wordsOf(this.view.state.doc.toString()) + this.beside)) });
  }

  peopled(kind, detail) {
    if (kind === "came" && detail.user !== this.you?.user) say(this.word("came", { name: detail.name }));
    if (kind === "left") say(this.word("left", { name: detail.name }));
    if (kind !== "people") return;
    const seen = new Map(detail.map((each) => [each.user, each]));
    const place = this.find("people");
    place.replaceChildren(...[...seen.values()].map(({ name, colour, writes, user }) => {
      const item = document.createElement("li");
      item.className = `who who--${colour}`;
      const said = Object.assign(document.createElement("bdi"), { textContent: name });
      item.append(said);
      const more = user === this.you?.user ? this.word("alsoYou") : writes ? "" : this.word("reads");
      if (more) item.append(` (${more})`);
      return item;
    }));
  }

  // -- buttons

  shift(step) {
    const index = this.outline.here();
    if (index < 0) return false;
    this.outline.found = this.outline.found || [];
    this.outline.draw();
    this.outline.shift(index, step);
    return true;
  }

  bind() {
    const { view } = this;
    const does = {
      undo: () => { this.undo.undo(); view.focus(); },
      redo: () => { this.undo.redo(); view.focus(); },
      bold: () => acts.wrap(view, "**"),
      italic: () => acts.wrap(view, "*"),
      bullets: () => acts.list(view, false),
      numbers: () => acts.list(view, true),
      citation: () => acts.offer(view, "[@", "]"),
      reference: () => acts.offer(view, "[#", "]"),
      footnote: () => acts.footnote(view),
      figure: () => this.dialogs.figure(),
      formula: () => this.dialogs.formula(),
      term: () => this.dialogs.term(),
      table: () => acts.block(view, "|     |     |\n| --- | --- |\n|     |     |\n\nTable: ", { into: 2 }),
      box: () => acts.block(view, `::: box ${this.word("boxTitle")}\n\n:::`, { choose: this.word("boxTitle") }),
      suggest: () => this.margin.begin("suggest"),
      remark: () => this.margin.begin("remark"),
      find: () => openSearchPanel(view),
      help: () => this.find("help").showModal(),
    };
    document.addEventListener("click", (event) => {
      const button = event.target.closest?.("[data-do], [data-table-do], [data-line]");
      if (!button) return;
      if (button.dataset.do && does[button.dataset.do]) does[button.dataset.do]();
      else if (button.dataset.tableDo) { tableAct(view, button.dataset.tableDo); view.focus(); }
      else if (button.dataset.line) {
        event.preventDefault();
        const line = view.state.doc.line(Math.min(Number(button.dataset.line), view.state.doc.lines));
        view.dispatch({ selection: { anchor: line.from, head: line.to }, effects: EditorView.scrollIntoView(line.from, { y: "center" }) });
        view.focus();
      }
    });
    for (const select of document.querySelectorAll("select[data-room-choose]")) {
      select.addEventListener("change", () => {
        if (select.dataset.roomChoose === "heading") acts.heading(view, Number(select.value));
        else if (select.value) acts.insert(view, `*${select.value}*`);
        select.selectedIndex = 0;
      });
    }
    const marks = this.find("marks");
    marks.addEventListener("click", () => {
      const shown = marks.getAttribute("aria-pressed") !== "true";
      marks.setAttribute("aria-pressed", String(shown));
      hideMarks(view, !shown);
      view.focus();
    });
    this.calm(this.find("calm"));
    for (const bar of document.querySelectorAll("[data-room-tools], [data-room-table]")) this.arrows(bar);
  }

  /** Nothing but the text: everything else steps back until the button, or Escape, brings it again. */
  calm(button) {
    const set = (on) => {
      button.setAttribute("aria-pressed", String(on));
      document.documentElement.classList.toggle("is-calm", on);
      this.view.requestMeasure();
      if (!on) this.preview.show();
    };
    button.addEventListener("click", () => { set(button.getAttribute("aria-pressed") !== "true"); this.view.focus(); });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.defaultPrevented && document.documentElement.classList.contains("is-calm")) set(false);
    });
  }

  /** One stop for Tab; arrows walk through the bar. */
  arrows(bar) {
    const all = () => [...bar.querySelectorAll("button, select")].filter((each) => each.offsetParent !== null);
    all().forEach((each, index) => { each.tabIndex = index ? -1 : 0; });
    bar.addEventListener("keydown", (event) => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!by) return;
      const stops = all();
      const turned = document.dir === "rtl" || document.documentElement.dir === "rtl" ? -by : by;
      const next = stops[(stops.indexOf(document.activeElement) + turned + stops.length) % stops.length];
      stops.forEach((each) => { each.tabIndex = each === next ? 0 : -1; });
      next.focus();
      event.preventDefault();
    });
  }
}

const root = document.querySelector("[data-room]");
if (root) new Room(root);
