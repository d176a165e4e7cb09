// The screen in the room acknowledges what it shows: the text's hash and the record's number, once each,
// after it has been painted and only while it can be seen (docs: invariant 1, within 15 s).
//
//   <p class="pj__line" data-ack="/session/7/shown" data-hash="ab12…" data-seq="10482">…</p>

import { bind, send } from "./kit.js";

let last = "";

async function acknowledge(line) {
  const { ack, hash, seq } = line.dataset;
  const mark = `${hash}:${seq}`;
  if (!hash || mark === last || document.hidden || !line.isConnected) return;
  await new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted)));
  try {
    const answer = await send(ack, { hash, seq: Number(seq) });
    // A refusal is the server's to show; only a lost message is sent again.
    if (answer.ok || (answer.status >= 400 && answer.status < 500)) last = mark;
    else setTimeout(() => acknowledge(line), 2000);
  } catch {
    setTimeout(() => acknowledge(line), 2000);
  }
}

const current = () => document.querySelectorAll("[data-ack]").forEach(acknowledge);
bind("[data-ack]", acknowledge);
document.addEventListener("concord:swap", current);
document.addEventListener("visibilitychange", current);
