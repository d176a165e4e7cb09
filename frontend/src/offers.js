// What could stand here: sources after "@", keys and chapters after "[#", images after "figure:".

const KEY = /\{#((?:sec|fig|tbl|box):[\w.-]+)\}/g;
const SOURCE = /(?<![\w.])@[\w:./-]*$/;
const REFERENCE = /\[#[\w:.-]*$/;
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
      // A bracket that nobody closed yet is closed with the key.
      const open = !bare && !/^[^[\]]*\]/.test(context.state.sliceDoc(context.pos, line.to));
      return {
        from: source.from,
        filter: false,
        options: found.map(({ key, text, warning }) => ({
          label: `@${key}`,
          apply: bare ? `[@${key}]` : open ? `@${key}]` : `@${key}`,
          detail: warning || undefined,
          info: () => Object.assign(document.createElement("p"), { textContent: text, dir: "auto" }),
        })),
      };
    }
    const reference = context.matchBefore(REFERENCE);
    if (reference) {
      const keys = [...context.state.doc.toString().matchAll(KEY)].map((match) => ({ key: match[1], text: "" }));
      const chapters = await asked(url, "chapter", "", context);
      const closed = context.state.sliceDoc(context.pos, context.pos + 1) === "]";
      return {
        from: reference.from + 2,
        validFor: /^[\w:.-]*$/,
        options: [...keys, ...chapters].map(({ key, text }) => ({ label: key, detail: text, apply: closed ? key : `${key}]` })),
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
