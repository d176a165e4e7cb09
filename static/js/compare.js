// Go from change to change: the links of the bar, or the keys J and K (module keys), and a link to one of them.
// The position is told in the bar. Without this module each change has links to its neighbours.
//
//   <div data-compare data-word-at="Change {n} of {total}"><span data-compare-at role="status"></span>
//   <a href="#c1" data-key="j" data-compare-step="1">Next</a></div>
//   <div data-change="7" id="c7" tabindex="-1" role="group">…</div>

import { bind, words } from "./kit.js";

bind("[data-compare]", (bar) => {
  const changes = [...document.querySelectorAll("[data-change]")];
  const told = bar.querySelector("[data-compare-at]");
  let here = -1;

  function mark(index) {
    changes[here]?.classList.remove("is-here");
    here = index;
    changes[here].classList.add("is-here");
    if (told) told.textContent = words(bar.dataset.wordAt, { n: here + 1, total: changes.length });
  }

  function go(index) {
    if (index < 0 || index >= changes.length) return;
    mark(index);
    changes[here].scrollIntoView({ block: "nearest" });
    // The bar covers what lies under it: the change's own margin keeps it clear.
    changes[here].focus({ preventScroll: true });
    history.replaceState(history.state, "", `#${changes[here].id}`);
  }

  for (const link of bar.querySelectorAll("[data-compare-step]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const step = Number(link.dataset.compareStep);
      go(here < 0 ? 0 : Math.min(changes.length - 1, Math.max(0, here + step)));
    });
  }

  function arrived() {
    const index = changes.findIndex((one) => `#${one.id}` === location.hash);
    if (index >= 0) {
      mark(index);
      changes[index].focus({ preventScroll: true });
    }
  }
  addEventListener("hashchange", arrived);
  arrived();
});
