// What is pasted from Word, Excel or a page becomes clean text of the dialect: headings, emphasis, lists, tables, notes,
// links. Everything else of its looks stays behind. The parsed page is inert: nothing in it runs or is fetched.

const BLOCKS = new Set(["P", "DIV", "SECTION", "ARTICLE", "MAIN", "HEADER", "FOOTER", "FIGURE", "FIGCAPTION", "DL", "DT", "DD", "ADDRESS", "CENTER", "FORM"]);
const NOTHING = new Set(["SCRIPT", "STYLE", "HEAD", "META", "LINK", "TITLE", "NOSCRIPT", "TEMPLATE", "IMG", "SVG", "OBJECT", "IFRAME", "BUTTON", "SELECT", "INPUT", "TEXTAREA", "O:P", "XML"]);

const escaped = (text) => text.replace(/[\\*[\]$`]/g, "\\$&");
const spaced = (text) => text.replace(/[\s\u00a0]+/g, " ");

/** Marks go round words and never round the spaces beside them. */
function wrapped(text, mark) {
  const words = text.trim();
  if (!words) return text;
  const start = text.slice(0, text.length - text.trimStart().length);
  return `${start}${mark}${words}${mark}${text.slice(text.trimEnd().length)}`;
}

function weight(node) {
  const style = node.getAttribute("style") || "";
  const bold = /font-weight\s*:\s*(?:bold|[6-9]00)/i.test(style);
  const plain = /font-weight\s*:\s*(?:normal|400)/i.test(style);
  return { bold, plain, italic: /font-style\s*:\s*italic/i.test(style) };
}

function inline(node, notes) {
  if (node.nodeType === 3) return escaped(spaced(node.data));
  if (node.nodeType !== 1 || NOTHING.has(node.tagName.toUpperCase())) return "";
  if (/mso-list\s*:\s*ignore/i.test(node.getAttribute("style") || "")) return "";
  if (node.tagName === "BR") return "\\\n";
  const note = node.tagName === "A" && /^#_(?:ftn|edn)(\d+)$/.exec(node.getAttribute("href") || "");
  if (note) {
    notes.add(note[1]);
    return `[^${note[1]}]`;
  }
  const inside = [...node.childNodes].map((each) => inline(each, notes)).join("");
  const { bold, plain, italic } = weight(node);
  switch (node.tagName) {
    case "B": case "STRONG": return plain ? inside : wrapped(inside, "**");
    case "I": case "EM": return wrapped(inside, "*");
    case "CODE": case "TT": return inside.trim() ? `\`${node.textContent}\`` : "";
    case "A": {
      const href = node.getAttribute("href") || "";
      return /^(?:https?:|mailto:)/i.test(href) && inside.trim() ? `[${inside.trim()}](${href.replace(/[()\s]/g, encodeURIComponent)})` : inside;
    }
    default: {
      const leaned = italic ? wrapped(inside, "*") : inside;
      return bold ? wrapped(leaned, "**") : leaned;
    }
  }
}

function line(node, notes) {
  return [...node.childNodes].map((each) => inline(each, notes)).join("")
    .replace(/\*{4,}/g, "").replace(/ +/g, " ").replace(/(?:\\\n\s*)+$/, "").trim();
}

/** A line that would be read as a mark although it is words. */
const guarded = (text) => text.replace(/^(#{1,6}\s|[-+>]\s|:::)/, "\\$1").replace(/^(\d+)([.)]\s)/, "$1\\$2");

function table(node, notes) {
  const rows = [...node.querySelectorAll("tr")]
    .filter((row) => row.closest("table") === node)
    .map((row) => [...row.children].filter((each) => /^T[DH]$/.test(each.tagName)).flatMap((cell) => {
      const text = line(cell, notes).replace(/\\?\n/g, " ").replace(/\|/g, "\\|").trim();
      const span = Math.min(50, Math.max(1, Number(cell.getAttribute("colspan")) || 1));
      return [text, ...Array(span - 1).fill("")];
    }))
    .filter((row) => row.length);
  return pipes(rows);
}

export function pipes(rows) {
  if (!rows.length) return "";
  const columns = Math.max(...rows.map((row) => row.length));
  const written = rows.map((row) => `| ${[...row, ...Array(columns - row.length).fill("")].join(" | ")} |`);
  written.splice(1, 0, `|${" --- |".repeat(columns)}`);
  return written.join("\n");
}

function list(node, notes, depth) {
  const numbered = node.tagName === "OL";
  let number = Number(node.getAttribute("start")) || 1;
  const lines = [];
  for (const item of node.children) {
    if (item.tagName === "UL" || item.tagName === "OL") lines.push(list(item, notes, depth + 1));
    if (item.tagName !== "LI") continue;
    const own = item.cloneNode(true);
    for (const inner of own.querySelectorAll("ul, ol")) inner.remove();
    lines.push(`${"   ".repeat(depth)}${numbered ? `${number}.` : "-"} ${line(own, notes)}`);
    number += 1;
    for (const inner of item.children) if (/^[UO]L$/.test(inner.tagName)) lines.push(list(inner, notes, depth + 1));
  }
  return lines.join("\n");
}

/** A paragraph that Word made a list of, and not the page: its level and whether it counts. */
function wordItem(node, notes) {
  const level = /mso-list\s*:\s*\S+\s+level(\d+)/i.exec(node.getAttribute("style") || "");
  if (!level) return null;
  const sign = [...node.querySelectorAll("*")].find((each) => /mso-list\s*:\s*ignore/i.test(each.getAttribute("style") || ""));
  const counted = /^\s*[(\[]?(?:\d+|[a-z]{1,3})[.)\]]/i.test(sign?.textContent || "");
  return `${"   ".repeat(Number(level[1]) - 1)}${counted ? "1." : "-"} ${line(node, notes)}`;
}

function blocks(node, out, notes, depth) {
  if (depth > 60) return;
  for (const child of node.childNodes) {
    if (child.nodeType === 3) {
      if (child.data.trim()) out.push({ text: guarded(escaped(spaced(child.data)).trim()), run: true });
      continue;
    }
    if (child.nodeType !== 1 || NOTHING.has(child.tagName.toUpperCase())) continue;
    const heading = /^H([1-6])$/.exec(child.tagName);
    if (heading) {
      const text = line(child, notes).replace(/\\?\n/g, " ").replace(/^\*\*(.*)\*\*$/, "$1");
      if (text) out.push({ text: `${"#".repeat(Number(heading[1]))} ${text}` });
    } else if (child.tagName === "TABLE") {
      out.push({ text: table(child, notes) });
    } else if (/^[UO]L$/.test(child.tagName)) {
      out.push({ text: list(child, notes, 0) });
    } else if (child.tagName === "BLOCKQUOTE") {
      const inner = [];
      blocks(child, inner, notes, depth + 1);
      out.push({ text: joined(inner).replace(/^/gm, "> ") });
    } else if (child.tagName === "PRE") {
      out.push({ text: `\`\`\`\n${child.textContent.replace(/\n$/, "")}\n\`\`\`` });
    } else if (child.tagName === "HR") {
      out.push({ text: "---" });
    } else if (BLOCKS.has(child.tagName)) {
      const own = /^(?:ftn|edn)(\d+)$/.exec(child.id || "");
      const item = wordItem(child, notes);
      if (own) out.push({ text: `[^${own[1]}]: ${line(child, new Set()).replace(/^\[\^\d+\]\s*/, "")}` });
      else if (item) out.push({ text: item, item: true });
      else if (child.querySelector("p, div, table, ul, ol, h1, h2, h3, h4, h5, h6, blockquote, pre")) blocks(child, out, notes, depth + 1);
      else {
        const text = line(child, notes);
        if (text) out.push({ text: guarded(text) });
      }
    } else if (child.querySelector("p, div, table, ul, ol, h1, h2, h3, h4, h5, h6, blockquote, pre")) {
      blocks(child, out, notes, depth + 1);
    } else {
      const text = inline(child, notes);
      if (text.trim()) out.push({ text, run: true });
    }
  }
}

function joined(found) {
  let text = "";
  found.forEach((each, index) => {
    const before = found[index - 1];
    if (!each.text) return;
    if (text) text += each.run && before.run ? "" : each.item && before.item ? "\n" : "\n\n";
    text += each.text;
  });
  return text.replace(/[ \t]+$/gm, "").trim();
}

/** Text of the dialect for an HTML fragment; "" where it holds no words. */
export function fromHtml(html) {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  const found = [];
  blocks(parsed.body, found, new Set(), 0);
  return joined(found).normalize("NFC");
}

/** A table for cells as a spreadsheet gives them in plain text; null where it is none. */
export function fromCells(text) {
  const lines = text.replace(/\r\n?/g, "\n").replace(/\n$/, "").split("\n");
  if (lines.length < 2 || !lines.every((each) => each.includes("\t"))) return null;
  return pipes(lines.map((each) => each.split("\t").map((cell) => escaped(cell.trim()).replace(/\|/g, "\\|"))));
}
