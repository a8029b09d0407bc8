// Facets are replaced at each search: what the visitor opened stays open, so that the focus never falls into a closed part.

const NARROW = "(max-width: 55.99rem)"; // where the style sheet stacks facets above results

let open = new Map();

if (matchMedia(NARROW).matches) {
  for (const facet of document.querySelectorAll(".facet")) facet.open = Boolean(facet.querySelector(":checked"));
}

document.body.addEventListener("htmx:beforeSwap", () => {
  open = new Map(Array.from(document.querySelectorAll("#facettes details"), (each) => [each.id, each.open]));
});
document.body.addEventListener("htmx:oobAfterSwap", () => {
  for (const [id, state] of open) {
    const part = document.getElementById(id);
    if (part) part.open = state;
  }
});
