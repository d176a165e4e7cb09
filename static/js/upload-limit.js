// Say before sending that a file is too large. The server refuses it as well; this spares the wait.
//
//   <form data-most-megabytes="25" data-word-too-large="This file has {size} MB; at most {most} MB are taken.">
//     <input type="file">
//   </form>

import { bind, words } from "./kit.js";

bind("form[data-most-megabytes]", (form) => {
  const most = Number(form.dataset.mostMegabytes);
  const judge = (input) => {
    const size = Math.max(0, ...[...input.files].map((file) => file.size)) / 1048576;
    const large = words(form.dataset.wordTooLarge, { size: Math.ceil(size), most });
    input.setCustomValidity(size > most ? large : "");
    input.reportValidity();
    return size <= most;
  };
  for (const input of form.querySelectorAll("input[type=file]")) {
    input.addEventListener("change", () => judge(input));
  }
  form.addEventListener("submit", (event) => {
    if ([...form.querySelectorAll("input[type=file]")].every(judge)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
});
