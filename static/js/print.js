// The print button; hidden where no script runs, since then it could do nothing.
//
//   <button type="button" data-act="print" hidden>Print</button>

import { bind } from "./kit.js";

bind('[data-act="print"]', (button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});
