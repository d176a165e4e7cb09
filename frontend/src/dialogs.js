// Dialogs that put a formula, a figure or a term into the text. What is shown in them comes from the server, which reads the
// words as it will read them in the chapter; nothing of TeX is understood here.
import { words } from "../../static/js/kit.js";
import * as acts from "./acts.js";

const PAUSE = 350;
const NEW = "+"; // among the images: one that is sent from here
const FORMULA = /\$\$[^$]+\$\$|\$[^\s$](?:[^$\n]*[^\s$])?\$/g;

/** The formula in which the cursor stands, {from, to, tex, display}; null elsewhere. */
export function formulaAt(state) {
  const { head } = state.selection.main;
  const line = state.doc.lineAt(head);
  for (const match of line.text.matchAll(FORMULA)) {
    const [from, to] = [line.from + match.index, line.from + match.index + match[0].length];
    if (from <= head && head <= to) {
      const display = match[0].startsWith("$$");
      return { from, to, display, tex: match[0].slice(display ? 2 : 1, display ? -2 : -1).trim() };
    }
  }
  return null;
}

/** The source of a formula; line ends would end it, and a dollar sign too. */
export function formulaSource(tex, display) {
  const plain = tex.replace(/\s+/g, " ").replace(/(?<!\\)\$/g, "\\$").trim();
  return display ? `$$${plain}$$` : `$${plain}$`;
}

/** A figure's line; description and caption stand on it whole, brackets and all, but for marks that end a caption. */
export function figureSource({ image, alt, caption, name }) {
  const line = (text) => text.replace(/\s+/g, " ").trim();
  const said = line(caption).replace(/"/g, "”");
  const key = name.replace(/[^\w.-]+/g, "-").replace(/^[-.]+|[-.]+$/g, "");
  return `![${line(alt)}](figure:${image} "${said}")${key ? `{#fig:${key}}` : ""}`;
}

/** A request with a body (values for JSON, or a FormData), as a form of this page would send it. */
function sent(address, body) {
  const token = document.querySelector("input[name=csrfmiddlewaretoken]").value;
  const parts = body instanceof FormData;
  return fetch(address, {
    method: "POST",
    credentials: "same-origin",
    headers: { ...(parts ? {} : { "Content-Type": "application/json" }), Accept: "application/json, text/html", "X-CSRFToken": token },
    body: parts ? body : JSON.stringify(body),
  });
}

/** What the server's refusal says, without the names of the fields that it is about. */
function saidOf(refusal) {
  return refusal?.errors?.map(({ text }) => text).join(" ") || refusal?.detail || refusal?.title;
}

export class Dialogs {
  constructor(root, view, tell) {
    this.view = view;
    this.tell = tell;
    this.preview = root.dataset.roomPreview;
    this.offers = root.dataset.roomOffers;
    this.boxes = {};
    for (const box of document.querySelectorAll("dialog[data-room-dialog]")) this.boxes[box.dataset.roomDialog] = box;
    for (const box of Object.values(this.boxes)) {
      box.querySelector("[data-dialog-cancel]").addEventListener("click", () => box.close());
      box.addEventListener("close", () => view.focus());
      box.querySelector("form").addEventListener("submit", (event) => {
        event.preventDefault();
        this[`put${box.dataset.roomDialog}`](box);
      });
    }
    const { formula, figure, term } = this.boxes;
    term.querySelector("[name=term]").addEventListener("input", () => { clearTimeout(this.late); this.late = setTimeout(() => this.known(term), PAUSE); });
    formula.addEventListener("input", () => { clearTimeout(this.late); this.late = setTimeout(() => this.show(formula), PAUSE); });
    for (const field of figure.querySelectorAll("[name=image], [name=file]")) field.addEventListener("change", () => this.chosen(figure));
  }

  // -- formulae

  formula() {
    const box = this.boxes.formula;
    if (this.view.state.readOnly) return;
    this.replaced = formulaAt(this.view.state);
    const { from, to } = this.view.state.selection.main;
    box.querySelector("[name=tex]").value = this.replaced?.tex ?? this.view.state.sliceDoc(from, to);
    box.querySelector("[name=display]").checked = Boolean(this.replaced?.display);
    box.showModal();
    this.show(box);
  }

  /** The formula as the chapter will show it, or what is wrong with it. */
  async show(box) {
    const tex = box.querySelector("[name=tex]").value.trim();
    const [place, fault] = [box.querySelector("[data-formula-shown]"), box.querySelector("[data-formula-fault]")];
    const asked = (this.asked = {});
    if (!tex) {
      place.replaceChildren();
      fault.textContent = "";
      return;
    }
    const found = await this.rendered(formulaSource(tex, true));
    if (asked !== this.asked || !found) return;
    const math = found.querySelector(".chapter math");
    if (math) place.replaceChildren(document.importNode(math, true));
    fault.textContent = math ? "" : found.querySelector(".warns li")?.lastChild.textContent.replace(/^[:\s]+/, "") ?? box.dataset.wordWrong;
  }

  async rendered(markdown) {
    try {
      const answer = await sent(this.preview, { markdown });
      return answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
    } catch {
      return null;
    }
  }

  putformula(box) {
    const source = formulaSource(box.querySelector("[name=tex]").value, box.querySelector("[name=display]").checked);
    box.close();
    const at = this.replaced;
    if (at) {
      this.view.dispatch({ changes: { from: at.from, to: at.to, insert: source }, selection: { anchor: at.from + source.length }, userEvent: "input" });
    } else if (source.startsWith("$$")) acts.block(this.view, source);
    else acts.insert(this.view, source);
    this.view.focus();
  }

  // -- figures

  async figure() {
    const box = this.boxes.figure;
    if (this.view.state.readOnly) return;
    box.querySelector("form").reset();
    box.querySelector("[data-figure-fault]").textContent = "";
    const select = box.querySelector("[name=image]");
    const first = [...select.options].filter(({ value }) => value === "" || value === NEW);
    // Nothing of the time before is offered: what was chosen from it would be taken away when the answer comes.
    select.replaceChildren(...first);
    this.chosen(box);
    box.showModal();
    const found = await this.offered("image");
    this.images = new Map(found.map((each) => [each.key, each]));
    select.append(...found.map(({ key }) => new Option(key, key)));
    box.querySelector("[data-figure-none]").hidden = found.length > 0;
  }

  /** The image that is chosen, shown; or what is asked of one that is sent from here. */
  chosen(box) {
    const { value } = box.querySelector("[name=image]");
    const fresh = box.querySelector("[data-figure-new]");
    if (fresh) fresh.disabled = fresh.hidden = value !== NEW;
    const kept = this.images?.get(value);
    const shown = box.querySelector("img");
    shown.hidden = !kept;
    if (kept) {
      box.querySelector("[name=alt]").value = shown.alt = kept.text;
      shown.src = box.dataset.figureAddress.replace("NAME", encodeURIComponent(kept.name));
    }
    const file = value === NEW ? fresh.querySelector("[name=file]").files[0] : null;
    const key = kept?.key ?? (file && acts.slug(file.name.replace(/\.\w+$/, "")));
    if (key) this.named(box, key);
  }

  /** One figure of the chapter has the key; the next of the same image is told apart. */
  named(box, key) {
    const text = this.view.state.doc.toString();
    let name = key;
    for (let n = 2; text.includes(`{#fig:${name}}`); n += 1) name = `${key}-${n}`;
    box.querySelector("[name=name]").value = name;
  }

  async putfigure(box) {
    const form = box.querySelector("form");
    const given = Object.fromEntries(new FormData(form));
    if (given.image === NEW) {
      const button = box.querySelector("[type=submit]");
      button.disabled = true;
      const kept = await this.upload(box, form);
      button.disabled = false;
      if (!kept) return;
      given.image = kept.key;
    }
    box.close();
    const source = figureSource(given);
    acts.block(this.view, source);
  }

  /** The image as the server kept it; null where it refused, which the dialog then says. */
  async upload(box, form) {
    const fault = box.querySelector("[data-figure-fault]");
    const sending = new FormData();
    for (const name of ["file", "alt", "origin", "licence"]) sending.set(name, new FormData(form).get(name));
    const answer = await sent(box.dataset.images, sending).catch(() => null);
    const said = await answer?.json().catch(() => null);
    if (answer?.ok) return said;
    fault.textContent = saidOf(said) ?? box.dataset.wordTrouble;
    fault.scrollIntoView({ block: "nearest" });
    return null;
  }

  async offered(kind, words = "") {
    const address = new URL(this.offers, location.href);
    address.searchParams.set("kind", kind);
    address.searchParams.set("q", words);
    try {
      return (await (await fetch(address, { credentials: "same-origin" })).json()).offers;
    } catch {
      return [];
    }
  }

  // -- terms

  term() {
    const box = this.boxes.term;
    if (this.view.state.readOnly) return;
    const { from, to } = this.view.state.selection.main;
    box.querySelector("form").reset();
    box.querySelector("[name=term]").value = this.view.state.sliceDoc(from, to).replace(/\s+/g, " ").trim().slice(0, 120);
    box.querySelector("[data-term-fault]").textContent = "";
    box.showModal();
    this.known(box);
  }

  /** Show what the glossary says of the term, which is returned; where it says nothing, ask for it. */
  async known(box) {
    const word = box.querySelector("[name=term]").value.trim();
    const asked = (this.asked = {});
    const found = word ? await this.offered("term", word) : [];
    const same = found.find(({ key }) => key.toLowerCase() === word.toLowerCase());
    if (asked !== this.asked) return same;
    box.querySelector("datalist").replaceChildren(...found.map(({ key }) => new Option(key)));
    const shown = box.querySelector("[data-term-known]");
    shown.hidden = box.querySelector("[data-term-again]").hidden = !same;
    shown.querySelector("p").textContent = same?.text ?? "";
    const legend = box.querySelector("[data-term-legend]");
    legend.textContent = same ? legend.dataset.wordAgain : legend.dataset.wordNew;
    box.querySelector("[name=definition]").required = !same;
    if (same) box.querySelector("[name=kind]").value = same.kind;
    return same;
  }

  async putterm(box) {
    clearTimeout(this.late);
    const same = await this.known(box);
    if (!box.querySelector("form").reportValidity()) return;
    const given = Object.fromEntries(new FormData(box.querySelector("form")));
    const term = given.term.trim();
    if (given.definition.trim()) {
      const answer = await sent(box.dataset.terms, { ...given, term: same?.key ?? term }).catch(() => null);
      if (!answer?.ok) {
        const said = await answer?.json().catch(() => null);
        box.querySelector("[data-term-fault]").textContent = saidOf(said) ?? box.dataset.wordTrouble;
        return;
      }
    }
    box.close();
    if (this.view.state.selection.main.empty) acts.insert(this.view, term);
    this.tell(words(given.definition.trim() ? box.dataset.wordEntered : box.dataset.wordStands, { term: same?.key ?? term }));
  }
}
