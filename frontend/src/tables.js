// Tables of the dialect as rows and cells: found round the cursor, changed as a whole, walked through by Tab.

const ROW = /^\s*\|.*\|\s*$/;
const DASHES = /^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/;

export function cells(line) {
  const inner = line.trim().replace(/^\|/, "").replace(/(?<!\\)\|$/, "");
  return inner.split(/(?<!\\)\|/).map((cell) => cell.trim());
}

/** The table round a position, or null: its lines, rows (the dashes apart), and the row and column of the position. */
export function tableAt(state, position) {
  const { doc } = state;
  const here = doc.lineAt(position);
  if (!ROW.test(here.text)) return null;
  let first = here.number;
  let last = here.number;
  while (first > 1 && ROW.test(doc.line(first - 1).text)) first -= 1;
  while (last < doc.lines && ROW.test(doc.line(last + 1).text)) last += 1;
  if (last === first || !DASHES.test(doc.line(first + 1).text)) return null;
  const rows = [];
  for (let number = first; number <= last; number += 1) if (number !== first + 1) rows.push(cells(doc.line(number).text));
  const before = here.text.slice(0, position - here.from);
  const column = Math.max(0, (before.match(/(?<!\\)\|/g) || []).length - 1);
  const columns = Math.max(...rows.map((row) => row.length));
  return {
    from: doc.line(first).from,
    to: doc.line(last).to,
    rows: rows.map((row) => [...row, ...Array(columns - row.length).fill("")]),
    sides: [...cells(doc.line(first + 1).text), ...Array(columns).fill("---")].slice(0, columns),
    row: here.number <= first + 1 ? 0 : here.number - first - 1,
    column: Math.min(column, columns - 1),
  };
}

const side = (given, width) => {
  const [start, end] = [given.startsWith(":"), given.endsWith(":") && given.length > 1];
  return (start ? ":" : "-") + "-".repeat(Math.max(1, width - 2)) + (end ? ":" : "-");
};

/** The lines of a table, its columns set under each other. */
export function written({ rows, sides }) {
  const widths = sides.map((_, column) => Math.min(40, Math.max(3, ...rows.map((row) => [...row[column]].length))));
  const line = (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(" | ")} |`;
  const dashes = `| ${sides.map((each, column) => side(each, widths[column])).join(" | ")} |`;
  return [line(rows[0]), dashes, ...rows.slice(1).map(line)].join("\n");
}

/** Where in the written table the words of a cell stand, as (from, to) from its beginning. */
export function place(text, row, column) {
  const lines = text.split("\n");
  const number = row === 0 ? 0 : row + 1;
  const from = lines.slice(0, number).reduce((sum, each) => sum + each.length + 1, 0);
  const bars = [...lines[number].matchAll(/(?<!\\)\|/g)].map((match) => match.index);
  const inside = lines[number].slice(bars[column] + 1, bars[column + 1]);
  const start = from + bars[column] + 1 + (inside.trim() ? inside.length - inside.trimStart().length : 1);
  return [start, start + inside.trim().length];
}

const swap = (list, one, other) => { [list[one], list[other]] = [list[other], list[one]]; };

/** The acts on a table: each changes it and says in which cell one stands then; false where it has no place. */
export const ACTS = {
  rowAfter(table) {
    table.rows.splice(table.row + 1, 0, table.sides.map(() => ""));
    table.row += 1;
  },
  rowBefore(table) {
    if (table.row === 0) return false; // the first row is the heading
    table.rows.splice(table.row, 0, table.sides.map(() => ""));
    return true;
  },
  rowAway(table) {
    if (table.row === 0 || table.rows.length < 2) return false;
    table.rows.splice(table.row, 1);
    table.row = Math.min(table.row, table.rows.length - 1);
    return true;
  },
  rowUp(table) {
    if (table.row < 2) return false;
    swap(table.rows, table.row, table.row - 1);
    table.row -= 1;
    return true;
  },
  rowDown(table) {
    if (table.row === 0 || table.row === table.rows.length - 1) return false;
    swap(table.rows, table.row, table.row + 1);
    table.row += 1;
    return true;
  },
  columnAfter(table) {
    table.column += 1;
    for (const row of table.rows) row.splice(table.column, 0, "");
    table.sides.splice(table.column, 0, "---");
  },
  columnBefore(table) {
    for (const row of table.rows) row.splice(table.column, 0, "");
    table.sides.splice(table.column, 0, "---");
  },
  columnAway(table) {
    if (table.sides.length < 2) return false;
    for (const row of table.rows) row.splice(table.column, 1);
    table.sides.splice(table.column, 1);
    table.column = Math.min(table.column, table.sides.length - 1);
    return true;
  },
  columnStart(table) { return moved(table, -1); },
  columnEnd(table) { return moved(table, 1); },
};

function moved(table, step) {
  const to = table.column + step;
  if (to < 0 || to >= table.sides.length) return false;
  for (const row of table.rows) swap(row, table.column, to);
  swap(table.sides, table.column, to);
  table.column = to;
  return true;
}

function put(view, table) {
  const text = written(table);
  const [from, to] = place(text, table.row, table.column);
  view.dispatch({
    changes: smallest(view.state.sliceDoc(table.from, table.to), text, table.from),
    selection: { anchor: table.from + from, head: table.from + to },
    scrollIntoView: true,
    userEvent: "input.table",
  });
}

/** Only the lines that differ, so that others' words in the rest of the table are not touched. */
function smallest(before, after, at) {
  const [old, fresh] = [before.split("\n"), after.split("\n")];
  if (old.length !== fresh.length) {
    let head = 0;
    while (head < Math.min(old.length, fresh.length) && old[head] === fresh[head]) head += 1;
    let tail = 0;
    while (tail < Math.min(old.length, fresh.length) - head && old.at(-1 - tail) === fresh.at(-1 - tail)) tail += 1;
    const size = (lines) => lines.reduce((sum, each) => sum + each.length + 1, 0);
    const from = size(old.slice(0, head));
    const to = before.length - size(old.slice(old.length - tail));
    const stop = after.length - size(fresh.slice(fresh.length - tail));
    if (from > to || from > stop) return { from: at, to: at + before.length, insert: after };
    return { from: at + from, to: at + to, insert: after.slice(from, stop) };
  }
  const changes = [];
  let from = at;
  old.forEach((line, index) => {
    if (line !== fresh[index]) changes.push({ from, to: from + line.length, insert: fresh[index] });
    from += line.length + 1;
  });
  return changes;
}

export function act(view, name) {
  const table = tableAt(view.state, view.state.selection.main.head);
  if (!table || view.state.readOnly || ACTS[name](table) === false) return false;
  put(view, table);
  return true;
}

/** Tab: the next cell, and after the last one a new row. */
export function step(by) {
  return (view) => {
    const table = tableAt(view.state, view.state.selection.main.head);
    if (!table || view.state.readOnly) return false;
    const columns = table.sides.length;
    const at = table.row * columns + table.column + by;
    if (at < 0) return false;
    if (at >= table.rows.length * columns) table.rows.push(table.sides.map(() => ""));
    [table.row, table.column] = [Math.floor(at / columns), at % columns];
    put(view, table);
    return true;
  };
}
