// A grave act asks once. The question is a details element and works without this module;
// here the focus goes to the question, and Escape or "leave it" closes it again.
//
//   <details class="confirm" data-confirm>
//     <summary class="btn btn--grave">Withdraw the objection</summary>
//     <form class="ask" method="post" tabindex="-1">…
//       <button type="submit">…</button><button type="button" data-confirm-keep hidden>Leave it as it is</button>
//     </form>
//   </details>

import { bind } from "./kit.js";

bind("details[data-confirm]", (details) => {
  const ask = details.querySelector(".ask");
  const keep = details.querySelector("[data-confirm-keep]");
  const close = () => {
    details.open = false;
    details.querySelector("summary").focus();
  };
  if (keep) {
    keep.hidden = false;
    keep.addEventListener("click", close);
  }
  details.addEventListener("toggle", () => {
    if (!details.open || details.contains(document.activeElement) && document.activeElement.closest(".ask")) return;
    ask?.focus();
    ask?.scrollIntoView({ block: "nearest" });
  });
  details.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !details.open) return;
    event.stopPropagation();
    close();
  });
});
