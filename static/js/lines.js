// The numbers beside the lines are links; the arrow keys go from one to the next, with Shift they take lines in.
// An address that names a line, block or sentence of another page (#p3-12l31, #b4f0c21d7e, #b4f0c21d7es2) leads there.
//
//   <span class="ln" id="p3-12l31"><a class="ln__n" data-line="31" data-page="3-12" href="…">31</a>…</span>

const numbers = () => [...document.querySelectorAll(".ln__n[data-line]")];

document.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const from = event.target.closest?.(".ln__n[data-line]");
  if (!step || !from || event.ctrlKey || event.metaKey || event.altKey) return;
  const all = numbers();
  const next = all[all.indexOf(from) + step];
  event.preventDefault();
  if (!next) return;
  if (event.shiftKey) {
    // The first Shift begins at the line where the keys stand.
    if (!document.querySelector(".is-lit")) from.click();
    next.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, shiftKey: true }));
  }
  next.focus();
});

function arrive() {
  let hash = "";
  try { hash = decodeURIComponent(location.hash.slice(1)); } catch { return; }
  const there = document.getElementById(hash);
  const line = /^p(.+)l(\d+)$/.exec(hash);
  // The browser goes to the address once the page is whole and takes the focus along: ours comes after.
  const focus = () => setTimeout(() => there.querySelector(".ln__n")?.focus({ preventScroll: true }));
  if (there && line) {
    if (document.readyState === "complete") focus();
    else addEventListener("load", focus, { once: true });
  }
  if (there || !hash) return;
  const here = new URLSearchParams(location.search);
  const go = (name, value) => { if (here.get(name) !== value) location.replace(`?${new URLSearchParams({ [name]: value })}#${hash}`); };
  const sentence = /^(b[0-9a-f]{10})s(\d+)$/.exec(hash);
  if (line) go("at", `${line[1]}:${line[2]}`);
  else if (sentence) go("sentence", `${sentence[1]}.${sentence[2]}`);
  else if (/^b[0-9a-f]{10}$/.test(hash)) go("block", hash);
}

// Only the page that cites answers to such addresses; others have places of their own.
if (document.querySelector("[data-cite]")) {
  addEventListener("hashchange", arrive);
  arrive();
}
