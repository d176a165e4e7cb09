// One letter presses one button, never while somebody types. Nothing is done that the button would refuse.
// <body data-keys="off"> turns all of them off; a reader may ask for it in the settings.
//
//   <button type="submit" data-key="f">Ask for the floor <kbd>F</kbd></button>

const typing = (element) =>
  element?.isContentEditable || element?.matches?.("input:not([type=checkbox], [type=radio], [type=submit], [type=button]), textarea, select");

// On an Arabic or Russian keyboard the key F writes another letter: then its place on the board counts.
const pressed = (event) =>
  /^[a-z0-9]$/i.test(event.key) ? event.key.toLowerCase() : event.code.replace(/^(Key|Digit)/, "").toLowerCase();

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing || event.defaultPrevented) return;
  if (document.body.dataset.keys === "off" || typing(event.target) || document.querySelector("dialog[open]")) return;
  const key = pressed(event);
  if (!/^[a-z0-9]$/.test(key)) return;
  const button = [...document.querySelectorAll(`[data-key="${key}"]`)].find((one) => one.checkVisibility?.() ?? one.offsetParent);
  if (!button || button.disabled || button.getAttribute("aria-disabled") === "true") return;
  event.preventDefault();
  button.focus();
  button.click();
});
