// Comfort only: every page works without it.
"use strict";

const isTyping = (target) => target.closest("input:not([type=radio]), textarea, select");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const links = [...document.querySelectorAll("a.open")];
  const at = links.indexOf(document.activeElement);
  if (links.length && (event.key === "j" || event.key === "k")) {
    const next = event.key === "j" ? Math.min(at + 1, links.length - 1) : Math.max(at - 1, 0);
    links[next].focus();
    links[next].closest("li").scrollIntoView({ block: "nearest" });
    event.preventDefault();
  }
  const choice = document.querySelector(`.ballot input[data-key="${CSS.escape(event.key)}"]`);
  if (choice) {
    choice.checked = true;
    choice.focus();
    event.preventDefault();
  }
});

// What is wrong, or what was done, is read out and seen first.
document.querySelector("#problem")?.focus();

// On a telephone the menu is a strip: the section that is open is in sight.
document.querySelector(".topbar nav [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
