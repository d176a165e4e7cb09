// Keep a text while it is being written: 1.5 s after the last key, one request at a time, and say what became
// of it. What could not be sent stays in this browser, for this account, and is offered when the page is opened again.
// POST {"base": version, "markdown": text}; the answer is {"status": "saved" | "merged" | "collision",
// "version": n, "markdown": merged text, "collision_url": address}; a refusal is {"error": sentence}.
// Without this module the form posts itself.
//
//   <form method="post" data-autosave="/chapters/3/save" data-autosave-owner="17"
//         data-word-waiting="Not kept yet" data-word-sending="Keeping …" data-word-kept="Kept {at}"
//         data-word-merged="Kept {at}, with what others wrote meanwhile"
//         data-word-collision="Somebody changed the same sentence. Both texts are kept." data-word-offline="Not sent. Kept in this browser; trying again."
//         data-word-refused="Not kept: {why}" data-word-offer="Text of {at}, never sent from this browser">
//     <input type="hidden" name="base" value="212"><textarea name="markdown">…</textarea>
//     <p class="kept" data-autosave-state></p> <a data-autosave-collision hidden>Settle it</a>
//     <div class="offer" data-autosave-offer hidden><p data-autosave-offer-text></p><pre data-autosave-offer-body></pre>
//       <button type="button" data-autosave-take>Take this text</button> <button type="button" data-autosave-drop>Forget it</button></div>
//   </form>

import { bind, clock, say, send, words } from "./kit.js";
import { carried, rebase } from "./merge.js";

const PAUSE = 1500;
const MONTH = 30 * 24 * 3600 * 1000;

const store = {
  read(key) {
    try { return JSON.parse(localStorage.getItem(key)); } catch { return null; }
  },
  // A full or forbidden store must not stop the writing.
  write(key, value) {
    try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* kept on the server alone */ }
  },
  drop(key) {
    try { localStorage.removeItem(key); } catch { /* nothing was there */ }
  },
};

bind("form[data-autosave]", (form) => {
  const area = form.elements.markdown;
  const base = form.elements.base;
  const state = form.querySelector("[data-autosave-state]");
  const collision = form.querySelector("[data-autosave-collision]");
  const key = `concord:text:${form.dataset.autosaveOwner || ""}:${form.dataset.autosave}`;
  let kept = area.value;
  let sending = false;
  let held = false;
  let collided = false;
  let leaving = false;
  let timer = 0;
  let failures = 0;

  function tell(name, values = {}) {
    if (!state) return;
    const text = words(form.dataset[`word${name[0].toUpperCase()}${name.slice(1)}`], values);
    state.dataset.state = name === "merged" ? "kept" : name;
    state.textContent = text;
    if (["merged", "collision", "offline", "refused"].includes(name)) say(text);
  }

  function put(text) {
    const before = area.value;
    if (text === before) return;
    const [start, end] = [area.selectionStart, area.selectionEnd].map((at) => carried(at, before, text));
    const scroll = area.scrollTop;
    area.value = text;
    area.setSelectionRange(start, end);
    area.scrollTop = scroll;
    area.dispatchEvent(new CustomEvent("concord:text", { bubbles: true }));
  }

  function soon(wait = PAUSE) {
    clearTimeout(timer);
    timer = setTimeout(save, wait);
  }

  async function save() {
    if (sending || held || area.value === kept) return;
    sending = true;
    const sent = area.value;
    tell("sending");
    try {
      const answer = await send(form.dataset.autosave, { base: Number(base.value), markdown: sent });
      const body = answer.redirected ? null : await answer.json().catch(() => null);
      if (!body || answer.status >= 500) throw new Error(String(answer.status));
      failures = 0;
      settle(sent, body, answer);
    } catch {
      failures += 1;
      tell("offline");
      soon(Math.min(30000, 1000 * 2 ** failures));
    } finally {
      sending = false;
    }
    if (area.value !== kept && !held && !failures) soon();
  }

  function settle(sent, body, answer) {
    const at = clock(new Date());
    if (body.status === "collision") {
      held = collided = true;
      if (collision && body.collision_url) {
        collision.href = body.collision_url;
        collision.hidden = false;
      }
      kept = sent;
      return tell("collision", { at });
    }
    if (body.status !== "saved" && body.status !== "merged") {
      // The next key tries again; until then the words stay here.
      held = true;
      return tell("refused", { why: body.error || body.detail || String(answer.status) });
    }
    if (body.status === "merged" && typeof body.markdown === "string") {
      const joined = rebase(sent, area.value, body.markdown);
      // Both touched the same words: the next save goes from the old base, and the server decides.
      if (joined === null) {
        kept = sent;
        return tell("waiting");
      }
      put(joined);
      kept = body.markdown;
    } else {
      kept = sent;
    }
    base.value = body.version;
    if (area.value === kept) store.drop(key);
    else store.write(key, { text: area.value, base: base.value, at: Date.now() });
    return tell(body.status === "merged" ? "merged" : "kept", { at });
  }

  area.addEventListener("input", () => {
    store.write(key, { text: area.value, base: base.value, at: Date.now() });
    // Until the person settles it, the words stay in this browser.
    if (collided) return;
    held = false;
    tell("waiting");
    soon();
  });
  form.addEventListener("submit", () => { leaving = true; });
  window.addEventListener("online", () => soon(0));
  document.addEventListener("visibilitychange", () => { if (document.hidden) save(); });
  window.addEventListener("beforeunload", (event) => {
    if (!leaving && area.value !== kept) event.preventDefault();
  });
  offer(form, area, base, key, soon);
});

/** Offer back what an earlier visit could not send. Never put in by itself: others may have written since. */
function offer(form, area, base, key, soon) {
  const box = form.querySelector("[data-autosave-offer]");
  const left = store.read(key);
  if (!left || left.text === area.value || Date.now() - left.at > MONTH) return store.drop(key);
  if (!box) return undefined;
  const at = new Date(left.at);
  box.querySelector("[data-autosave-offer-text]").textContent =
    words(form.dataset.wordOffer, { at: `${at.toLocaleDateString(document.documentElement.lang)} ${clock(at)}` });
  box.querySelector("[data-autosave-offer-body]").textContent = left.text;
  box.hidden = false;
  box.querySelector("[data-autosave-take]").addEventListener("click", () => {
    // From the version it was written on, so that the server merges what others did since.
    if (left.base) base.value = left.base;
    area.value = left.text;
    area.dispatchEvent(new Event("input", { bubbles: true }));
    box.hidden = true;
    area.focus();
    soon(0);
  });
  box.querySelector("[data-autosave-drop]").addEventListener("click", () => {
    store.drop(key);
    box.hidden = true;
    area.focus();
  });
  return undefined;
}
