// The outline: headings with the text that belongs to them, moved as a whole by dragging or by keys.

const HEADING = /^(#{1,6})[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*$/;
const FENCE = /^ {0,3}(`{3,}|~{3,})/;

/** Every section: {level, title, line, from, to}; ``to`` is where the next of the same or a higher level begins. */
export function sections(doc) {
  const found = [];
  let fence = "";
  let at = 0;
  let number = 0;
  for (const text of doc.iterLines()) {
    number += 1;
    const mark = FENCE.exec(text);
    if (mark && (!fence || text.trim().startsWith(fence))) fence = fence ? "" : mark[1];
    const heading = !fence && HEADING.exec(text);
    if (heading) {
      const title = heading[2].replace(/\s*\{#[\w.:-]+\}\s*$/, "").replace(/[*_`]/g, "");
      found.push({ level: heading[1].length, title, line: number, from: at, to: doc.length });
    }
    at += text.length + 1;
  }
  found.forEach((each, index) => {
    const next = found.slice(index + 1).find((other) => other.level <= each.level);
    if (next) each.to = next.from;
  });
  return found;
}

/** The change that puts section ``index`` before the section ``before`` (or at the end: found.length); null for none. */
export function moving(doc, found, index, before) {
  const one = found[index];
  const to = before < found.length ? found[before].from : doc.length;
  if (!one || (to >= one.from && to <= one.to)) return null;
  let text = doc.sliceString(one.from, one.to);
  if (!text.endsWith("\n\n")) text = `${text.replace(/\n*$/, "")}\n\n`;
  const prior = doc.sliceString(Math.max(0, to - 2), to);
  const lead = to === 0 || prior.endsWith("\n\n") ? "" : prior.endsWith("\n") ? "\n" : "\n\n";
  const start = to > one.from ? to - (one.to - one.from) + lead.length : to + lead.length;
  return {
    changes: [{ from: one.from, to: one.to }, { from: to, insert: lead + text }],
    selection: { anchor: start },
  };
}

/** The neighbour of the same level, above (-1) or below (1), before which a section would stand; -1 for none. */
export function neighbour(found, index, step) {
  const { level } = found[index];
  const alike = [];
  let from = index;
  while (from > 0 && found[from - 1].level >= level) from -= 1;
  for (let at = from; at < found.length && found[at].level >= level; at += 1) if (found[at].level === level) alike.push(at);
  const place = alike.indexOf(index);
  if (step < 0) return place > 0 ? alike[place - 1] : -1;
  if (place === alike.length - 1) return -1;
  const after = alike[place + 2];
  if (after !== undefined) return after;
  let end = alike[place + 1] + 1;
  while (end < found.length && found[end].level > level) end += 1;
  return end;
}
