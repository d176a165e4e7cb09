// Follow a stream of the record: every entry fetches the page's regions and puts the changed ones in place.
// Entries come as server-sent events; after 20 s without a sign of life the page asks by long polling instead,
// says so, and keeps trying the stream. The record is the truth: after any gap the regions are fetched again.
//
// Stream:  id: SEQ / event: entry / data: {"seq": n, "verb": "…", "at": "…", "say": "…", "ref": {…}};  event: beat;  event: reset.
//          The browser resumes by Last-Event-ID; a stream that we open anew says ?after=SEQ.
// Poll:    GET ?after=SEQ → {"entries": […], "seq": n}; the server may hold its answer for up to 25 s.
// Regions: GET → HTML with [data-region] elements; the header X-Concord-Seq says which number they show.
//
//   <div data-live="/s/7/stream" data-poll="/s/7/poll" data-regions="/s/7/regions" data-seq="10482" data-jitter="300"
//        data-word-live="Live" data-word-poll="The stream is quiet; this page asks by itself. Nothing is lost."
//        data-word-lost="No connection. Trying again; the record keeps everything.">
//     <span class="live" data-live-state></span> Record <span data-live-seq>10,482</span>
//     <section data-region="line">…</section> <section data-region="floor">…</section>
//   </div>
// The jitter (ms, for rooms with many screens) spreads the fetches; the chair and the projector leave it out.

import { bind, number, say } from "./kit.js";
import { swap } from "./swap.js";

const QUIET = 20000;
const RETRY_STREAM = 60000;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const address = (path, after) => {
  const url = new URL(path, location.href);
  url.searchParams.set("after", after);
  return url;
};

bind("[data-live]", (root) => {
  let seq = Number(root.dataset.seq) || 0; // the newest entry heard of
  let shown = seq; // the newest entry that the regions show
  let stream = null;
  let polling = false;
  let round = 0; // only the newest polling loop goes on
  let refreshing = false;
  let stale = false;
  let watch = 0;
  let composing = false;

  function tell(state) {
    const text = root.dataset[`word${state[0].toUpperCase()}${state.slice(1)}`] || "";
    for (const place of document.querySelectorAll("[data-live-state]")) {
      if (place.dataset.state === state) continue;
      const before = place.dataset.state;
      place.dataset.state = state;
      place.textContent = text;
      if (before || state !== "live") say(text);
    }
  }

  function count() {
    for (const place of document.querySelectorAll("[data-live-seq]")) place.textContent = number(shown);
  }

  // One fetch at a time; what arrives meanwhile is covered by the next.
  async function refresh() {
    stale = true;
    if (refreshing) return;
    refreshing = true;
    for (let wait = 1000; stale; ) {
      stale = false;
      const heard = seq;
      await pause(Math.random() * (Number(root.dataset.jitter) || 0));
      // Replacing a field while a Chinese or Arabic word is being composed would lose it.
      while (composing) await pause(200);
      try {
        const answer = await fetch(root.dataset.regions, { headers: { Accept: "text/html" }, credentials: "same-origin", cache: "no-store" });
        if (answer.redirected || answer.status === 403 || answer.status === 404) return location.reload();
        if (!answer.ok) throw new Error(String(answer.status));
        const html = await answer.text();
        swap(html);
        shown = Math.max(shown, Number(answer.headers.get("X-Concord-Seq")) || heard);
        if (shown < seq) stale = true;
        if (shown > seq) seq = shown;
        wait = 1000;
      } catch {
        stale = true;
        tell("lost");
        await pause(wait);
        wait = Math.min(wait * 2, 15000);
      }
    }
    refreshing = false;
    count();
    tell(polling ? "poll" : "live");
    return undefined;
  }

  function hear(entries) {
    const fresh = entries.filter((entry) => entry.seq > seq).sort((a, b) => a.seq - b.seq);
    if (!fresh.length) return;
    seq = fresh.at(-1).seq;
    // Of a burst, only the end is read aloud; the rest stands on the page.
    say(fresh.map((entry) => entry.say).filter(Boolean).slice(-2).join(" "));
    for (const entry of fresh) document.dispatchEvent(new CustomEvent("concord:entry", { detail: entry }));
    refresh();
  }

  function alive() {
    clearTimeout(watch);
    watch = setTimeout(fall, QUIET);
    if (polling) {
      polling = false;
      refresh();
    }
    if (!refreshing) tell("live");
  }

  function connect() {
    stream?.close();
    const mine = (stream = new EventSource(address(root.dataset.live, seq)));
    // What lay between the page and the stream is sent by the server, since we named our number.
    mine.addEventListener("open", () => { if (mine === stream) alive(); });
    mine.addEventListener("beat", alive);
    mine.addEventListener("reset", (event) => {
      alive();
      try { seq = Math.max(seq, JSON.parse(event.data).seq || 0); } catch { /* a reset may come without a number */ }
      refresh();
    });
    mine.addEventListener("entry", (event) => {
      alive();
      hear([JSON.parse(event.data)]);
    });
    mine.addEventListener("error", () => {
      // CONNECTING: the browser tries by itself and the watch counts. CLOSED: it has given up.
      if (mine === stream && mine.readyState === EventSource.CLOSED) fall();
    });
  }

  function fall() {
    clearTimeout(watch);
    stream?.close();
    stream = null;
    if (!polling) {
      polling = true;
      tell("poll");
      poll();
    }
    setTimeout(() => { if (polling && root.isConnected) connect(); }, RETRY_STREAM);
  }

  async function poll() {
    const mine = (round += 1);
    while (polling && mine === round && root.isConnected) {
      const began = Date.now();
      try {
        const answer = await fetch(address(root.dataset.poll, seq), {
          headers: { Accept: "application/json" }, credentials: "same-origin", cache: "no-store", signal: AbortSignal.timeout(40000),
        });
        if (!answer.ok) throw new Error(String(answer.status));
        const body = await answer.json();
        if (!polling || mine !== round) return;
        hear(body.entries);
        if (body.seq > seq) {
          seq = body.seq;
          refresh();
        }
        tell("poll");
        // A server that does not hold its answer is asked every five seconds, not faster.
        await pause(Date.now() - began < 4000 ? (body.entries.length ? 1000 : 5000) : 250);
      } catch {
        if (!polling || mine !== round) return;
        tell("lost");
        await pause(5000 + Math.random() * 2000);
      }
    }
  }

  document.addEventListener("compositionstart", () => { composing = true; });
  document.addEventListener("compositionend", () => { composing = false; });
  // A phone that slept has lost its stream without a word.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    refresh();
    if (!stream || stream.readyState === EventSource.CLOSED) connect();
  });
  window.addEventListener("pagehide", () => stream?.close());
  window.addEventListener("pageshow", (event) => { if (event.persisted) { connect(); refresh(); } });

  tell("live");
  count();
  watch = setTimeout(fall, QUIET);
  connect();
});
