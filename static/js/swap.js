// Put newer regions of a page in the place of older ones without taking away the focus, typed text or open menus.
//
//   swap("<section data-region=\"floor\">…</section>")  →  names of the regions that changed

// What is new in every answer although nothing happened.
const FRESH = "input[name=csrfmiddlewaretoken], [data-fresh]";
const served = new Map();

function essence(element) {
  const copy = element.cloneNode(true);
  copy.querySelectorAll(FRESH).forEach((one) => one.remove());
  copy.querySelectorAll("[data-clock-now]").forEach((one) => { one.removeAttribute("data-clock-now"); one.textContent = ""; });
  copy.removeAttribute("tabindex");
  return copy.outerHTML.replace(/\s+/g, " ");
}

const handle = (element) => {
  if (element.id) return `#${CSS.escape(element.id)}`;
  const form = element.form;
  if (!element.name) return null;
  const choice = element.matches("[type=radio], [type=checkbox]") ? `[value="${CSS.escape(element.value)}"]` : "";
  const within = form?.getAttribute("action") ? `form[action="${CSS.escape(form.getAttribute("action"))}"] ` : "";
  return `${within}[name="${CSS.escape(element.name)}"]${choice}`;
};

/** What the person has done to a region that the server does not know. */
function held(region) {
  const typed = [];
  for (const field of region.querySelectorAll("input:not([type=hidden], [type=file]), textarea, select")) {
    const choice = field.matches("[type=radio], [type=checkbox]");
    const touched = choice ? field.checked !== field.defaultChecked
      : field.matches("select") ? [...field.options].some((one) => one.selected !== one.defaultSelected)
        : field.value !== field.defaultValue;
    if (touched && handle(field)) typed.push({ at: handle(field), choice, value: choice ? field.checked : field.value });
  }
  const open = [...region.querySelectorAll("details[open][id]")].map((one) => `#${CSS.escape(one.id)}`);
  const active = region.contains(document.activeElement) ? document.activeElement : null;
  const text = active?.matches("textarea, input[type=text], input[type=search], input:not([type])");
  const focus = active && { at: handle(active), key: active.dataset.key, href: active.getAttribute("href"), range: text ? [active.selectionStart, active.selectionEnd] : null };
  return { typed, open, focus, scroll: region.scrollTop };
}

function give(region, { typed, open, focus, scroll }) {
  for (const { at, choice, value } of typed) {
    const field = region.querySelector(at);
    if (!field) continue;
    if (choice) field.checked = value;
    else field.value = value;
  }
  open.forEach((at) => region.querySelector(at)?.setAttribute("open", ""));
  region.scrollTop = scroll;
  if (!focus) return;
  const target = (focus.at && region.querySelector(focus.at))
    || (focus.key && region.querySelector(`[data-key="${focus.key}"]`))
    || (focus.href && region.querySelector(`[href="${CSS.escape(focus.href)}"]`));
  if (target) {
    target.focus({ preventScroll: true });
    if (focus.range && target.setSelectionRange) target.setSelectionRange(...focus.range);
  } else {
    // The button that was focused is gone; the keyboard stays in this part of the page.
    region.tabIndex = -1;
    region.focus({ preventScroll: true });
  }
}

export function swap(html) {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  const changed = [];
  for (const incoming of parsed.querySelectorAll("[data-region]")) {
    const name = incoming.dataset.region;
    const current = document.querySelector(`[data-region="${CSS.escape(name)}"]`);
    if (!current) continue;
    const next = essence(incoming);
    if (next === (served.get(name) ?? essence(current))) continue;
    const kept = held(current);
    const fresh = document.importNode(incoming, true);
    current.replaceWith(fresh);
    served.set(name, next);
    give(fresh, kept);
    changed.push(name);
    document.dispatchEvent(new CustomEvent("concord:swap", { detail: { root: fresh, name } }));
  }
  return changed;
}
