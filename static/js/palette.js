// The palette: Ctrl+K, Cmd+K or / opens it; pages of this person and hits of the search, as they type.
// Without this module the button in the bar is a link to the page of the search, which does all of it.
//
//   <a href="/search/" data-palette-open>Search</a>
//   <dialog data-palette data-places="…" data-search="…" data-word-none="…">
//     <form action="/search/"><input role="combobox" aria-controls="palette-list" name="q"><ul id="palette-list" role="listbox"></ul>…

import { bind, number, words } from "./kit.js";

const PAUSE = 150;
const PLACES = 6;
const HITS = 8;

const typing = (element) =>
  element?.isContentEditable || element?.matches?.("input:not([type=checkbox], [type=radio], [type=submit], [type=button]), textarea, select");

// Places are matched as a person writes them: any order, no accents, any case.
const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

function element(tag, name, text = "") {
  const made = document.createElement(tag);
  made.className = name;
  made.textContent = text;
  return made;
}

bind("dialog[data-palette]", (dialog) => {
  const { places: placesUrl, search: searchUrl, wordNone, wordCount, wordFailed, wordGo } = dialog.dataset;
  const input = dialog.querySelector("[role=combobox]");
  const list = dialog.querySelector("[role=listbox]");
  const state = dialog.querySelector("[data-palette-state]");
  let places = null;
  let options = [];
  let at = -1;
  let timer = 0;
  let asking = null;

  const select = (index) => {
    options[at]?.setAttribute("aria-selected", "false");
    at = options.length ? (index + options.length) % options.length : -1;
    const chosen = options[at];
    if (!chosen) {
      input.removeAttribute("aria-activedescendant");
      return;
    }
    chosen.setAttribute("aria-selected", "true");
    chosen.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", chosen.id);
  };

  const option = ({ what, where, href, snippet }) => {
    const made = element("li", "");
    made.setAttribute("role", "option");
    made.setAttribute("aria-selected", "false");
    made.dataset.href = href;
    const name = element("span", "palette__what");
    name.append(element("bdi", "", what));
    made.append(name, element("span", "palette__where", where));
    if (snippet?.length) {
      const text = element("span", "palette__text");
      text.dir = "auto";
      for (const piece of snippet) text.append(piece.lit ? element("mark", "", piece.text) : piece.text);
      made.append(text);
    }
    return made;
  };

  const show = (found, said, chosen = "") => {
    list.replaceChildren(...found.map(option));
    options = [...list.children];
    options.forEach((one, index) => { one.id = `palette-${index}`; });
    at = -1;
    const kept = options.findIndex((one) => one.dataset.href === chosen);
    select(kept >= 0 ? kept : options.length ? 0 : -1);
    input.setAttribute("aria-expanded", String(options.length > 0));
    state.textContent = said;
  };

  const placesFor = (text) => {
    const asked = plain(text).split(/\s+/).filter(Boolean);
    return (places ?? [])
      .filter((place) => asked.every((word) => plain(`${place.label} ${place.group}`).includes(word)))
      .slice(0, asked.length ? PLACES : PLACES + HITS)
      .map((place) => ({ what: place.label, where: `${wordGo} · ${place.group}`, href: place.href }));
  };

  // At once: what Enter does must never be about the words of a moment ago.
  const nearby = () => show(placesFor(input.value.trim()), "");

  const find = async () => {
    const text = input.value.trim();
    if (!text) return;
    const mine = new AbortController();
    asking = mine;
    try {
      const address = `${searchUrl}?${new URLSearchParams({ q: input.value, typing: "1", limit: String(HITS) })}`;
      const answer = await fetch(address, { credentials: "same-origin", headers: { Accept: "application/json" }, signal: mine.signal });
      if (!answer.ok) throw new Error(String(answer.status));
      const { results } = await answer.json();
      if (mine.signal.aborted) return;
      const hits = results.map((hit) => ({ what: hit.title, where: [hit.kind_title, hit.cycle].filter(Boolean).join(" · "), href: hit.href, snippet: hit.snippet }));
      const found = [...placesFor(text), ...hits];
      // What was chosen among the places stays chosen while the hits come in.
      show(found, found.length ? words(wordCount, { n: number(found.length) }) : wordNone, options[at]?.dataset.href);
    } catch (fault) {
      if (fault.name !== "AbortError") state.textContent = wordFailed;
    }
  };

  const open = async () => {
    if (dialog.open) return;
    dialog.showModal();
    input.focus();
    input.select();
    if (places === null) {
      try {
        const answer = await fetch(placesUrl, { credentials: "same-origin", headers: { Accept: "application/json" } });
        places = answer.ok ? (await answer.json()).places : [];
      } catch {
        places = [];
      }
    }
    nearby();
    find();
  };

  const go = (chosen) => {
    dialog.close();
    location.assign(chosen.dataset.href);
  };

  input.addEventListener("input", () => {
    clearTimeout(timer);
    asking?.abort();
    nearby();
    timer = setTimeout(find, PAUSE);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in moves) {
      event.preventDefault();
      select(at + moves[event.key]);
    } else if (event.key === "Enter" && options[at] && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      go(options[at]);
    }
  });
  list.addEventListener("click", (event) => {
    const chosen = event.target.closest("[role=option]");
    if (chosen) go(chosen);
  });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  dialog.querySelector("[data-palette-close]").addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => {
    clearTimeout(timer);
    asking?.abort();
  });

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.repeat) return;
    const called = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && (event.key.toLowerCase() === "k" || event.code === "KeyK");
    const slash = event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey
      && document.body.dataset.keys !== "off" && !typing(event.target);
    if (!called && !slash) return;
    if (dialog.open) {
      if (called) {
        event.preventDefault();
        dialog.close();
      }
      return;
    }
    if (document.querySelector("dialog[open]")) return;
    event.preventDefault();
    open();
  });
  for (const button of document.querySelectorAll("[data-palette-open]")) {
    button.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      open();
    });
  }
});
