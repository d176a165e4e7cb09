// What could stand here: sources after "@", places and chapters after "[#", images after "figure:".
import { pickedCompletion } from "@codemirror/autocomplete";
import { slug } from "./acts.js";

const NAMED = String.raw`[ \t]*(?:\{#(?:sec|fig|tbl|box):([^\s{}]+)\})?[ \t]*$`;
const PLACES = [
  ["sec", new RegExp(String.raw`^ {0,3}#{1,6}[ \t]+(.*?)[ \t#]*?${NAMED}`)],
  ["fig", new RegExp(String.raw`^!\[.*?\]\(figure:[\w-]+[ \t]+"(.*)"\)${NAMED}`)],
  ["tbl", new RegExp(String.raw`^ *Table:[ \t]+(.*?)${NAMED}`)],
  ["box", new RegExp(String.raw`^ *:{3,}[ \t]*box[ \t]+(.*?)${NAMED}`)],
];
const SOURCE = /(?<![\w.])@[\w:./-]*$/;
const REFERENCE = /\[#[^[\]\n]{0,80}$/;
const FIGURE = /\(figure:[\w-]*$/;

async function asked(url, kind, words, context) {
  const mine = new AbortController();
  context.addEventListener?.("abort", () => mine.abort());
  const address = new URL(url, location.href);
  address.searchParams.set("kind", kind);
  address.searchParams.set("q", words);
  try {
    const answer = await fetch(address, { credentials: "same-origin", signal: mine.signal });
    return answer.ok ? (await answer.json()).offers : [];
  } catch {
    return [];
  }
}

/** Put in ``words`` with the bracket closed, and go on behind it; ``more`` is changed in the same step. */
function closing(words, more = []) {
  return (view, completion, from, to) => {
    const { state } = view;
    const end = state.sliceDoc(to, to + 1) === "]" ? to + 1 : to;
    const changes = state.changes([...more, { from, to: end, insert: `${words}]` }]);
    view.dispatch({
      changes, selection: { anchor: changes.mapPos(end, 1) }, userEvent: "input.complete", annotations: pickedCompletion.of(completion),
    });
  };
}

/** A reference to the place at that end of line, which gets its key where it has none. */
function leading(at) {
  return (view, completion, from, to) => {
    const named = completion.fresh ? [{ from: at, insert: ` {#${completion.label}}` }] : [];
    closing(completion.label, named)(view, completion, from, to);
  };
}

/** What a reference can lead to in this text, in its order: {key, title, at, fresh}; ``fresh`` keys stand nowhere yet. */
export function places(doc) {
  const found = [];
  let fence = "";
  for (let number = 1; number <= doc.lines; number += 1) {
    const { text, to } = doc.line(number);
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(text)?.[1];
    if (mark && (!fence || mark.startsWith(fence))) fence = fence ? "" : mark;
    if (fence || mark) continue;
    for (const [kind, pattern] of PLACES) {
      const match = pattern.exec(text);
      if (match?.[1]) found.push({ kind, title: match[1], name: match[2], at: to });
    }
  }
  const taken = new Set(found.map(({ kind, name }) => `${kind}:${name}`));
  return found.map(({ kind, title, name, at }, index) => {
    let key = `${kind}:${name ?? (slug(title) || index + 1)}`;
    if (!name) for (let n = 2, stem = key; taken.has(key); n += 1) key = `${stem}-${n}`;
    taken.add(key);
    return { key, title, at, fresh: !name };
  });
}

/** Completion sources for an editor whose server answers at ``url``. */
export function offers(url) {
  return async (context) => {
    const source = context.matchBefore(SOURCE);
    if (source) {
      // Within a word an "@" belongs to an address; in brackets or after a space it begins a citation.
      const found = await asked(url, "source", source.text.slice(1), context);
      if (context.aborted || !found.length) return null;
      const line = context.state.doc.lineAt(source.from);
      const bare = !/\[[^[\]\n]*$/.test(context.state.sliceDoc(line.from, source.from));
      // A bracket that ends here, or that nobody closed yet, is closed with the key.
      const last = !/^[^[\]]+\]/.test(context.state.sliceDoc(context.pos, line.to));
      return {
        from: source.from,
        filter: false,
        options: found.map(({ key, text, warning }) => ({
          label: `@${key}`,
          apply: bare ? `[@${key}]` : last ? closing(`@${key}`) : `@${key}`,
          detail: warning || undefined,
          info: () => Object.assign(document.createElement("p"), { textContent: text, dir: "auto" }),
        })),
      };
    }
    const reference = context.matchBefore(REFERENCE);
    if (reference) {
      const chapters = await asked(url, "chapter", "", context);
      const options = [
        ...places(context.state.doc).map(({ key, title, at, fresh }) => ({ label: key, detail: title, fresh, apply: leading(at) })),
        ...chapters.map(({ key, text }) => ({ label: key, detail: text, apply: closing(key) })),
      ];
      // Found by the words of their title as well as by their key.
      const wanted = reference.text.slice(2).toLowerCase();
      return {
        from: reference.from + 2,
        filter: false,
        options: options.filter(({ label, detail }) => `${label} ${detail}`.toLowerCase().includes(wanted)),
      };
    }
    const figure = context.matchBefore(FIGURE);
    if (figure) {
      const found = await asked(url, "image", "", context);
      return {
        from: figure.from + "(figure:".length,
        validFor: /^[\w-]*$/,
        options: found.map(({ key, text }) => ({ label: key, detail: text.slice(0, 60) })),
      };
    }
    return null;
  };
}
