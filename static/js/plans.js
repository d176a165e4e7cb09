// Whoever chooses another section in a form of the chapter's board sees the state and the plan of that section.
const plans = JSON.parse(document.getElementById("plans")?.textContent || "{}");

for (const form of document.querySelectorAll("[data-plans] form")) {
  form.elements.section?.addEventListener("change", ({ target }) => {
    const plan = plans[target.value];
    if (!plan) return;
    for (const name of ["owner", "words", "state"]) if (form.elements[name]) form.elements[name].value = plan[name];
    if (form.elements.shown) form.elements.shown.value = target.value;
  });
}
