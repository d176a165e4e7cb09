// Copies the words of an element; hidden where no script runs or the browser has no clipboard to give.
//
//   <p id="citation">Panel (2027). The report.</p>
//   <p data-copy-of="citation" data-word-copied="Copied." hidden><button type="button">Copy</button> <span role="status"></span></p>

import { bind } from "./kit.js";

bind("[data-copy-of]", (holder) => {
  if (!navigator.clipboard) return;
  holder.hidden = false;
  holder.querySelector("button").addEventListener("click", async () => {
    const source = document.getElementById(holder.dataset.copyOf);
    await navigator.clipboard.writeText(source.textContent.trim().replace(/\s+/g, " "));
    holder.querySelector("[role=status]").textContent = holder.dataset.wordCopied;
  });
});
