// The dialect's look in the editor: headings larger, marks softened or hidden, each line in its own direction.
import { HighlightStyle, Language, LanguageSupport, defineLanguageFacet, syntaxHighlighting, syntaxTree } from "@codemirror/language";
import { Compartment } from "@codemirror/state";
import { Decoration, EditorView, ViewPlugin } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { GFM, parser } from "@lezer/markdown";

const data = defineLanguageFacet({ closeBrackets: { brackets: ["(", "[", "{"] } });
const language = new Language(data, parser.configure([GFM]), [], "markdown");

// Colours and sizes stand in static/css/room.css, under these names.
const look = HighlightStyle.define([
  { tag: tags.strong, class: "tok-strong" },
  { tag: tags.emphasis, class: "tok-em" },
  { tag: tags.heading1, class: "tok-h1" },
  { tag: tags.heading2, class: "tok-h2" },
  { tag: [tags.heading3, tags.heading4, tags.heading5, tags.heading6], class: "tok-h3" },
  { tag: [tags.processingInstruction, tags.contentSeparator, tags.labelName], class: "tok-mark" },
  { tag: [tags.link, tags.url], class: "tok-link" },
  { tag: tags.monospace, class: "tok-code" },
  { tag: tags.quote, class: "tok-quote" },
]);

const MARKS = new Set(["EmphasisMark", "HeaderMark", "CodeMark", "QuoteMark"]);
const SPECIAL = /\[(?:[^[\]\n]*[;\s])?-?@[^[\]\n]*\]|\[#(?:sec|fig|tbl|box|ch):[\w.-]+\]|\[\^[^\]\n]+\]|\{#[\w.:-]+\}/g;
const direction = Decoration.line({ attributes: { dir: "auto" } });
const row = Decoration.line({ attributes: { dir: "auto" }, class: "tok-row" });
const hidden = Decoration.replace({});
const kinds = {
  "@": Decoration.mark({ class: "tok-cite" }),
  "#": Decoration.mark({ class: "tok-ref" }),
  "^": Decoration.mark({ class: "tok-note" }),
  "{": Decoration.mark({ class: "tok-mark" }),
};

function kind(text) {
  if (text[0] === "{") return kinds["{"];
  return text[1] === "#" ? kinds["#"] : text[1] === "^" ? kinds["^"] : kinds["@"];
}

/** Decorations of what is on the screen; marks are hidden except on the lines that somebody works on. */
function decorations(view, hide) {
  const found = [];
  const { state } = view;
  const worked = new Set();
  for (const range of state.selection.ranges) {
    const last = state.doc.lineAt(range.to).number;
    for (let line = state.doc.lineAt(range.from).number; line <= last && worked.size < 500; line += 1) worked.add(line);
  }
  for (const { from, to } of view.visibleRanges) {
    for (let at = from; at <= to;) {
      const line = state.doc.lineAt(at);
      found.push((/^\s*\|/.test(line.text) ? row : direction).range(line.from));
      for (const match of line.text.matchAll(SPECIAL)) {
        found.push(kind(match[0]).range(line.from + match.index, line.from + match.index + match[0].length));
      }
      at = line.to + 1;
    }
    if (!hide) continue;
    syntaxTree(state).iterate({
      from,
      to,
      enter(node) {
        if (!MARKS.has(node.name) || worked.has(state.doc.lineAt(node.from).number)) return;
        const space = node.name === "HeaderMark" && state.sliceDoc(node.to, node.to + 1) === " " ? 1 : 0;
        if (node.to > node.from) found.push(hidden.range(node.from, node.to + space));
      },
    });
  }
  return Decoration.set(found, true);
}

function plugin(hide) {
  return ViewPlugin.fromClass(class {
    constructor(view) { this.decorations = decorations(view, hide); }

    update(update) {
      const parsed = syntaxTree(update.startState) !== syntaxTree(update.state);
      if (update.docChanged || update.viewportChanged || parsed || (hide && update.selectionSet)) {
        this.decorations = decorations(update.view, hide);
      }
    }
  }, { decorations: (each) => each.decorations });
}

const marks = new Compartment();

export function markdown(hide) {
  return [
    new LanguageSupport(language),
    syntaxHighlighting(look),
    marks.of(plugin(hide)),
    EditorView.perLineTextDirection.of(true),
  ];
}

export function hideMarks(view, hide) {
  view.dispatch({ effects: marks.reconfigure(plugin(hide)) });
}
