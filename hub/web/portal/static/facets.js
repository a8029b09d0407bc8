// Facets are replaced at each search: what the visitor opened stays open, so that the focus never falls into a closed part.

let open = new Map();

document.body.addEventListener("htmx:beforeSwap", () => {
  open = new Map(Array.from(document.querySelectorAll("#facettes details"), (each) => [each.id, each.open]));
});
document.body.addEventListener("htmx:oobAfterSwap", () => {
  for (const [id, state] of open) {
    const part = document.getElementById(id);
    if (part) part.open = state;
  }
});
