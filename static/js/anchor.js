// Where in a block does a place lie? Counts as the server does: own text of the block, white space collapsed
// to one space and trimmed, NFC, characters (code points, not UTF-16 units). No page state; takes and gives nodes.

// White space as Python's str.split() knows it; \s would also take U+FEFF and leave out U+001C–U+001F and U+0085.
const SPACE = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/g;
// Line numbers and words for screen readers stand in the page, not in the text.
const APART = "[data-line], .ln__n, [data-apart], .sr";

const CONTEXT = 40;

export const collapse = (raw) => raw.normalize("NFC").replace(SPACE, " ");
export const chars = (text) => [...text];

function ownTexts(block) {
  const walker = document.createTreeWalker(block, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, {
    acceptNode(node) {
      if (node.nodeType === Node.TEXT_NODE) return NodeFilter.FILTER_ACCEPT;
      // A nested block has its own address; its words are not this block's.
      return node.matches("[data-b]") || node.matches(APART) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_SKIP;
    },
  });
  const nodes = [];
  while (walker.nextNode()) nodes.push(walker.currentNode);
  return nodes;
}

/** The block's text as the server has it. */
export function blockText(block) {
  return collapse(ownTexts(block).map((node) => node.data).join("")).replace(/^ | $/g, "");
}

/** Characters of the block's text that lie before the boundary (container, offset) of a range. */
function before(block, container, offset) {
  const point = document.createRange();
  point.setStart(container, offset);
  let raw = "";
  for (const node of ownTexts(block)) {
    if (node === container) {
      raw += node.data.slice(0, offset);
      break;
    }
    if (point.comparePoint(node, 0) >= 0) break;
    raw += node.data;
  }
  return collapse(raw).replace(/^ /, "");
}

/**
 * The anchor of a range, cut to the block in which it begins.
 * Returns {block, start, end, quote, prefix, suffix, cut} or null where no text of a block is in it.
 */
export function anchorOf(range) {
  const element = (node) => (node.nodeType === Node.TEXT_NODE ? node.parentElement : node);
  let block = element(range.startContainer).closest("[data-b]");
  const root = element(range.commonAncestorContainer);
  if (!block) block = [...root.querySelectorAll("[data-b]")].find((one) => range.intersectsNode(one));
  if (!block) return null;
  const text = chars(blockText(block));
  const startsIn = block.contains(range.startContainer);
  const endsIn = block.contains(range.endContainer);
  let start = startsIn ? chars(before(block, range.startContainer, range.startOffset)).length : 0;
  let end = endsIn ? chars(before(block, range.endContainer, range.endOffset)).length : text.length;
  end = Math.min(end, text.length);
  while (start < end && text[start] === " ") start += 1;
  while (end > start && text[end - 1] === " ") end -= 1;
  if (end <= start) return null;
  // A block that runs over a page end stands there in parts; each says where in the block it begins.
  const from = Number(block.dataset.from ?? 0);
  return {
    block: block.dataset.b,
    element: block,
    start: from + start,
    end: from + end,
    quote: text.slice(start, end).join(""),
    prefix: text.slice(Math.max(0, start - CONTEXT), start).join(""),
    suffix: text.slice(end, end + CONTEXT).join(""),
    cut: !startsIn || !endsIn,
  };
}

/** The printed lines a range touches: {page, from, to} of the numbers beside them, or nulls. */
export function linesOf(range) {
  const numbers = [...document.querySelectorAll("[data-line]")].filter((one) => {
    const line = one.closest(".ln");
    const words = line?.querySelector(".ln__t");
    if (!words || !range.intersectsNode(words)) return false;
    // A selection that ends at the very start of the next line does not speak of that line.
    const inner = document.createRange();
    inner.selectNodeContents(words);
    return range.compareBoundaryPoints(Range.START_TO_END, inner) > 0 && range.compareBoundaryPoints(Range.END_TO_START, inner) < 0;
  });
  if (!numbers.length) return { page: null, from: null, to: null, numbers };
  const page = numbers[0].dataset.page || null;
  const same = numbers.filter((one) => (one.dataset.page || null) === page);
  return { page, from: Number(same[0].dataset.line), to: Number(same.at(-1).dataset.line), numbers: same };
}
