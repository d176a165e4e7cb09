// What the modules share: cookies, the CSRF token, requests, announcements, words from the page.
// A module binds what it finds now and what live.js brings later:
//   bind("[data-x]", (element) => { … });

export function cookie(name) {
  const found = document.cookie.split("; ").find((part) => part.startsWith(`${name}=`));
  return found ? found.slice(name.length + 1) : "";
}

export function token() {
  return cookie("csrftoken") || document.querySelector("input[name=csrfmiddlewaretoken]")?.value || "";
}

/** POST JSON to our own address. Throws TypeError when the network fails. */
export function send(url, body, options = {}) {
  return fetch(url, {
    method: "POST",
    credentials: "same-origin",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token() },
    body: JSON.stringify(body),
    ...options,
  });
}

/** Speak to screen readers without moving anything. */
export function say(text) {
  const place = document.getElementById("say");
  if (!place || !text) return;
  // The same words twice are read twice only if the text was empty between.
  place.textContent = "";
  requestAnimationFrame(() => { place.textContent = text; });
}

/** Words of the page, translated there: "Kept {at}" with { at: "10:41" }. */
export function words(template, values = {}) {
  return (template || "").replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** A moment as the page writes it: reader's language, reader's zone. */
export function clock(date) {
  const options = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  const lang = document.documentElement.lang || undefined;
  try {
    return new Intl.DateTimeFormat(lang, { ...options, timeZone: cookie("zone") || undefined }).format(date);
  } catch {
    return new Intl.DateTimeFormat(lang, options).format(date);
  }
}

export function number(value) {
  return new Intl.NumberFormat(document.documentElement.lang || undefined).format(value);
}

const bound = new WeakMap();

export function bind(selector, attach) {
  const run = (root) => {
    const found = [...root.querySelectorAll(selector)];
    if (root instanceof Element && root.matches(selector)) found.unshift(root);
    for (const element of found) {
      const known = bound.get(element) ?? bound.set(element, new Set()).get(element);
      if (known.has(attach)) continue;
      known.add(attach);
      attach(element);
    }
  };
  run(document);
  document.addEventListener("concord:swap", (event) => run(event.detail.root));
}
