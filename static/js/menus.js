// Close an open menu on Escape, on a press outside and when the focus leaves it.
// On a narrow screen the strip of places is rolled to the one where the reader stands.
// Without this module the menu opens and closes by its summary.
//
//   <details class="menu" data-menu><summary>English</summary><ul class="menu__list">…</ul></details>

const open = () => document.querySelectorAll("details[data-menu][open]");

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of open()) {
    const held = menu.contains(document.activeElement);
    menu.open = false;
    if (held) menu.querySelector("summary").focus();
  }
});

document.addEventListener("click", (event) => {
  for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
});

document.addEventListener("focusin", (event) => {
  for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
});

const places = document.querySelector(".places");
const here = places?.querySelector("[aria-current]");
if (here && places.scrollWidth > places.clientWidth) {
  const [strip, place] = [places.getBoundingClientRect(), here.getBoundingClientRect()];
  places.scrollLeft += place.left + place.width / 2 - strip.left - strip.width / 2;
}
