// A running time beside the speaker: since when, by the server's clock, and over which limit.
//
//   <span class="clock" data-clock="2026-11-23T08:34:00Z" data-clock-now="2026-11-23T08:34:42Z" data-clock-limit="180">0:42</span>

import { bind } from "./kit.js";

bind("[data-clock]", (place) => {
  const since = Date.parse(place.dataset.clock);
  // The reader's clock may be wrong; only its pace is used.
  const offset = Date.parse(place.dataset.clockNow || "") - Date.now() || 0;
  const tick = () => {
    if (!place.isConnected) return clearInterval(timer);
    const seconds = Math.max(0, Math.floor((Date.now() + offset - since) / 1000));
    place.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    place.classList.toggle("is-over", Boolean(place.dataset.clockLimit) && seconds > Number(place.dataset.clockLimit));
  };
  const timer = setInterval(tick, 1000);
  tick();
});
