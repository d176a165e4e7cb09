// Carry what a person went on typing over to the text that the server merged meanwhile. Pure; no page.

/** The one stretch in which two texts differ: [start, end in a, end in b]. */
export function stretch(a, b) {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let tail = 0;
  while (tail < a.length - start && tail < b.length - start && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail += 1;
  return [start, a.length - tail, b.length - tail];
}

/** Rebase the change sent → typed onto merged. Returns null where both touch the same stretch. */
export function rebase(sent, typed, merged) {
  if (typed === sent) return merged;
  const [from, to, typedTo] = stretch(sent, typed);
  const [mergedFrom, mergedTo, mergedEnd] = stretch(sent, merged);
  if (mergedFrom === mergedTo && mergedFrom === mergedEnd) return typed;
  const insert = typed.slice(from, typedTo);
  if (to < mergedFrom) return merged.slice(0, from) + insert + merged.slice(to);
  if (from > mergedTo) {
    const shift = mergedEnd - mergedTo;
    return merged.slice(0, from + shift) + insert + merged.slice(to + shift);
  }
  return null;
}

/** Where a caret of the text before stands in the text after. */
export function carried(position, before, after) {
  const [from, to, end] = stretch(before, after);
  if (position <= from) return position;
  if (position >= to) return position + (end - to);
  return end;
}
