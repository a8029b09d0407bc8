// Suggestions under the search box: an ARIA 1.2 combobox over links that the server finds.

const KINDS = { actor: "structure", commune: "commune", department: "département", region: "région", country: "pays", sector: "secteur" };

for (const input of document.querySelectorAll("input[data-suggestions]")) combobox(input);

function combobox(input) {
  const list = document.createElement("ul");
  list.className = "suggestions";
  list.id = `${input.id}-suggestions`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
  list.hidden = true;
  input.after(list);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id })) input.setAttribute(name, value);
  let timer = 0, wanted = 0, chosen = -1;

  function close() {
    list.hidden = true;
    chosen = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function choose(index) {
    const options = list.children;
    if (!options.length) return;
    options[chosen]?.setAttribute("aria-selected", "false");
    chosen = (index + options.length) % options.length;
    options[chosen].setAttribute("aria-selected", "true");
    input.setAttribute("aria-activedescendant", options[chosen].id);
  }

  async function ask() {
    const ticket = ++wanted;
    const text = input.value.trim();
    if (text.length < 2) return close();
    const answer = await fetch(`${input.dataset.suggestions}?q=${encodeURIComponent(text)}`);
    if (!answer.ok || ticket !== wanted) return;
    const found = await answer.json();
    list.replaceChildren(...found.map((each, index) => option(each, `${list.id}-${index}`)));
    chosen = -1;
    list.hidden = !found.length;
    input.setAttribute("aria-expanded", String(found.length > 0));
  }

  function option(each, id) {
    const made = document.createElement("li");
    made.id = id;
    made.setAttribute("role", "option");
    made.setAttribute("aria-selected", "false");
    made.textContent = `${each.label} (${KINDS[each.kind] ?? each.kind})`;
    made.addEventListener("pointerdown", (event) => { event.preventDefault(); location.assign(each.url); });
    made.dataset.url = each.url;
    return made;
  }

  input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 120); });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    else if (list.hidden) return;
    else if (event.key === "ArrowDown") choose(chosen + 1);
    else if (event.key === "ArrowUp") choose(chosen - 1);
    else if (event.key === "Enter" && chosen >= 0) location.assign(list.children[chosen].dataset.url);
    else return;
    if (event.key !== "Escape") event.preventDefault();
  });
}
