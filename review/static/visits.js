// Comfort only: the form of a visit works without it. A digit typed goes on to the next field, a digit on a group of choices chooses.
"use strict";

const form = document.querySelector("[data-visit]");

const stops = () => {
  const seen = new Set();
  return [...form.querySelectorAll("input:not([type=hidden]), select, button")].filter((one) => {
    if (one.type !== "radio") return true;
    if (seen.has(one.name)) return false;
    seen.add(one.name);
    return true;
  });
};

const inGroup = (one) => (one.type === "radio" ? form.querySelector(`input[name="${CSS.escape(one.name)}"]`) : one);

const focusOn = (one) => {
  const target = one.type === "radio" ? form.querySelector(`input[name="${CSS.escape(one.name)}"]:checked`) ?? one : one;
  target.focus();
  target.select?.();
};

const step = (from, by) => {
  const all = stops();
  const next = all[all.indexOf(inGroup(from)) + by];
  if (next) focusOn(next);
};

form?.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const one = event.target;
  if (one.type === "radio" && /^\d$/.test(event.key)) {
    const chosen = form.querySelector(`input[name="${CSS.escape(one.name)}"][data-key="${event.key}"]`);
    if (!chosen) return;
    chosen.checked = true;
    event.preventDefault();
    if (one.name === "outcome" && chosen.value !== "VU") focusOn(form.querySelector("[data-after-answers]"));
    else step(chosen, 1);
  }
  if ("digit" in one.dataset && event.key === "Backspace" && one.value === "") {
    event.preventDefault();
    step(one, -1);
  }
});

form?.addEventListener("input", (event) => {
  const one = event.target;
  if ("digit" in one.dataset && one.value !== "" && one.checkValidity()) step(one, 1);
});
