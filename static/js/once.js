// A second press while the first is on its way sends nothing.
// Coming back to the page (also from the browser's store of pages) opens the form again.
//
//   <form method="post" data-once>…<button type="submit">Close B.2.3</button></form>

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-once]") || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  // After the browser has read the form: a disabled button would not be sent with it.
  setTimeout(() => form.querySelectorAll("button[type=submit]").forEach((b) => b.setAttribute("aria-disabled", "true")));
  // A file that is sent back as a download leaves the page standing.
  setTimeout(() => reopen(form), 8000);
});

window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(reopen));

function reopen(form) {
  delete form.dataset.sent;
  form.querySelectorAll("button[type=submit]").forEach((b) => b.removeAttribute("aria-disabled"));
}
