// Follow a job: ask for its state, move the bar, say what came of it, load the page anew when that is wished.
// The address answers {"state": "waiting|running|done|failed|stopped", "done": 214, "total": 480, "text": "…", "href": null}.
//
//   <div class="progress" data-job="/jobs/7.json" data-job-reload data-word-lost="…" data-word-failed="…">
//     <label for="j"><span data-job-text>Making the PDF</span></label><progress id="j"></progress>
//     <a data-job-link hidden>Open the PDF</a>
//   </div>

import { bind, say } from "./kit.js";

const ENDS = new Set(["done", "failed", "stopped", "refused"]);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

bind("[data-job]", async (box) => {
  const bar = box.querySelector("progress");
  const text = box.querySelector("[data-job-text]");
  const link = box.querySelector("[data-job-link]");
  let spoken = 0;
  // A live page may take the box away; then nobody waits for the answer.
  for (let wait = 1000; box.isConnected; wait = Math.min(wait * 1.25, 5000)) {
    await pause(document.hidden ? 10000 : wait);
    let job;
    try {
      const answer = await fetch(box.dataset.job, { headers: { Accept: "application/json" }, credentials: "same-origin" });
      if (answer.status === 404 || answer.status === 403) return;
      if (!answer.ok) throw new Error(String(answer.status));
      job = await answer.json();
    } catch {
      text.textContent = box.dataset.wordLost || text.textContent;
      continue;
    }
    if (job.total) {
      bar.max = job.total;
      bar.value = job.done;
    }
    if (job.text) text.textContent = job.text;
    if (Date.now() - spoken > 15000 || ENDS.has(job.state)) {
      say(job.text || text.textContent);
      spoken = Date.now();
    }
    if (!ENDS.has(job.state)) continue;
    if (job.state !== "done") {
      text.textContent = job.text || box.dataset.wordFailed || text.textContent;
      box.classList.add("is-failed");
      return;
    }
    bar.max = bar.max || 1;
    bar.value = bar.max;
    if (job.href && link) {
      link.href = job.href;
      link.hidden = false;
    }
    if ("jobReload" in box.dataset) location.reload();
    return;
  }
});
