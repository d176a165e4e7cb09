// What the buttons of the toolbar do to the text; each is one step for undo.
import { startCompletion } from "@codemirror/autocomplete";
import { syntaxTree } from "@codemirror/language";
import { EditorSelection } from "@codemirror/state";

/** Words as a key: letters and digits with lines between; "" where none are Latin. */
export function slug(words) {
  const plain = words.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  return plain.replace(/[^a-z0-9]+/g, "-").slice(0, 40).replace(/^-+|-+$/g, "");
}

function done(view, spec) {
  if (view.state.readOnly) return false;
  view.dispatch({ userEvent: "input", scrollIntoView: true, ...spec });
  view.focus();
  return true;
}

/** Marks round what is chosen, or off again where they stand already. */
export function wrap(view, before, after = before) {
  const { state } = view;
  return done(view, state.changeByRange(({ from, to }) => {
    const outside = state.sliceDoc(from - before.length, from) === before && state.sliceDoc(to, to + after.length) === after;
    // One star beside two is bold, and not italic.
    const double = before === "*" && state.sliceDoc(from - 2, from) === "**" && state.sliceDoc(from - 3, from) !== "***";
    if (outside && !double) {
      return {
        changes: [{ from: from - before.length, to: from }, { from: to, to: to + after.length }],
        range: EditorSelection.range(from - before.length, to - before.length),
      };
    }
    return {
      changes: [{ from, insert: before }, { from: to, insert: after }],
      range: EditorSelection.range(from + before.length, to + before.length),
    };
  }));
}

function lines(state) {
  const { from, to } = state.selection.main;
  const found = [];
  for (let number = state.doc.lineAt(from).number; number <= state.doc.lineAt(to).number; number += 1) found.push(state.doc.line(number));
  return found;
}

/** Marks at the beginnings of lines: a cursor that stands there goes on behind them. */
function marked(view, changes) {
  const set = view.state.changes(changes);
  return done(view, { changes: set, selection: view.state.selection.map(set, 1) });
}

/** A heading of that level on the chosen lines; 0 makes them text again. */
export function heading(view, level) {
  const changes = lines(view.state).map((line) => {
    const mark = /^#{1,6}[ \t]+/.exec(line.text)?.[0] ?? "";
    return { from: line.from, to: line.from + mark.length, insert: level ? `${"#".repeat(level)} ` : "" };
  });
  return marked(view, changes);
}

export function list(view, numbered) {
  const rows = lines(view.state);
  const mark = /^(\s*)(?:[-*+]|\d+[.)])\s+/;
  const off = rows.some((line) => line.text.trim()) && rows.every((line) => !line.text.trim() || mark.test(line.text));
  let number = 0;
  const changes = rows.filter((line) => rows.length === 1 || line.text.trim()).map((line) => {
    number += 1;
    const known = mark.exec(line.text);
    const sign = off ? "" : numbered ? `${number}. ` : "- ";
    return known
      ? { from: line.from + known[1].length, to: line.from + known[0].length, insert: sign }
      : { from: line.from, insert: sign };
  });
  return marked(view, changes);
}

/** Enter goes on with a list by the next item; in an item without words it ends the list. */
export function nextItem(view) {
  const { state } = view;
  const { main } = state.selection;
  const line = state.doc.lineAt(main.head);
  const [mark, indent, , sign, number, dot, space] = /^(\s*)(([-*+])|(\d{1,3})([.)]))([ \t]+)/.exec(line.text) ?? [];
  if (!mark || !main.empty || main.head < line.from + mark.length || inCode(state, line.from)) return false;
  if (!line.text.slice(mark.length).trim()) {
    // A line between, or what follows would still be of the last item.
    return done(view, { changes: { from: line.from, to: line.to, insert: "\n" }, selection: { anchor: line.from + 1 } });
  }
  const next = `\n${indent}${sign ?? Number(number) + 1 + dot}${space}`;
  return done(view, { changes: { from: main.head, insert: next }, selection: { anchor: main.head + next.length } });
}

function inCode(state, at) {
  for (let node = syntaxTree(state).resolveInner(at, 1); node; node = node.parent) if (/Code/.test(node.name)) return true;
  return false;
}

/** A block of its own below the paragraph; then one writes on below it, or ``into`` it, or over what ``choose`` names. */
export function block(view, text, { choose = "", into = null } = {}) {
  const { doc, selection } = view.state;
  let line = doc.lineAt(selection.main.to);
  while (line.text.trim() && line.number < doc.lines && doc.line(line.number + 1).text.trim()) line = doc.line(line.number + 1);
  const above = line.number > 1 && doc.line(line.number - 1).text.trim();
  const lead = line.text.trim() ? "\n\n" : above ? "\n" : "";
  const below = into === null && !choose;
  const start = line.to + lead.length + (choose ? text.indexOf(choose) : below ? text.length + 2 : into);
  return done(view, {
    changes: { from: line.to, insert: `${lead}${text}${below ? "\n\n" : "\n"}` },
    selection: { anchor: start, head: start + choose.length },
  });
}

export function footnote(view) {
  const text = view.state.doc.toString();
  let number = 1;
  while (text.includes(`[^${number}]`)) number += 1;
  const at = view.state.selection.main.to;
  const lead = text.endsWith("\n\n") ? "" : text.endsWith("\n") ? "\n" : "\n\n";
  const mark = `[^${number}]`;
  const note = `${lead}${mark}: `;
  return done(view, {
    changes: [{ from: at, insert: mark }, { from: text.length, insert: `${note}\n` }],
    selection: { anchor: text.length + mark.length + note.length },
  });
}

/** Words put in at the cursor, then the list of what could stand there. */
export function offer(view, before, after) {
  const { from, to } = view.state.selection.main;
  const put = done(view, {
    changes: { from, to, insert: before + after },
    selection: { anchor: from + before.length },
  });
  if (put) startCompletion(view);
  return put;
}

export function insert(view, text) {
  const { from, to } = view.state.selection.main;
  const space = from > 0 && /\S/.test(view.state.sliceDoc(from - 1, from)) ? " " : "";
  return done(view, { changes: { from, to, insert: space + text }, selection: { anchor: from + space.length + text.length } });
}
