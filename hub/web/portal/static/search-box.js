// Suggestions under the search box: an ARIA 1.2 combobox over addresses that the server finds.

const KINDS = { actor: "structure", commune: "commune", department: "département", region: "région", country: "pays", sector: "secteur" };

for (const input of document.querySelectorAll("input[data-suggestions]")) combobox(input);

function combobox(input) {
  const list = document.createElement("ul");
  list.className = "suggestions";
  list.id = `${input.id}-suggestions`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
  list.hidden = true;
  input.parentElement.append(list);
  const states = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id };
  for (const [name, value] of Object.entries(states)) input.setAttribute(name, value);
  let timer = 0, wanted = 0, chosen = -1;

  function close() {
    wanted++;
    list.hidden = true;
    chosen = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function choose(index) {
    const options = list.children;
    options[chosen]?.setAttribute("aria-selected", "false");
    chosen = (index + options.length) % options.length;
    options[chosen].setAttribute("aria-selected", "true");
    input.setAttribute("aria-activedescendant", options[chosen].id);
  }

  async function ask() {
    const text = input.value.trim();
    if (text.length < 2) return close();
    const ticket = ++wanted;
    const asked = new URLSearchParams({ q: text });
    if (input.form.elements.au) asked.set("au", input.form.elements.au.value); // a past date
    const answer = await fetch(`${input.dataset.suggestions}?${asked}`);
    const found = answer.ok ? await answer.json() : [];
    if (ticket !== wanted) return;
    close();
    list.replaceChildren(...found.map(option));
    list.hidden = !found.length;
    input.setAttribute("aria-expanded", String(found.length > 0));
  }

  function option(each, index) {
    const made = document.createElement("li");
    made.id = `${list.id}-${index}`;
    made.setAttribute("role", "option");
    made.setAttribute("aria-selected", "false");
    const kind = document.createElement("span");
    kind.className = "kind";
    kind.textContent = each.detail || KINDS[each.kind];
    made.append(`${each.label} `, kind);
    made.dataset.url = each.url;
    made.addEventListener("pointerdown", (event) => event.preventDefault());
    made.addEventListener("click", () => location.assign(each.url));
    return made;
  }

  input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 120); });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "Escape") close();
    else if (event.key === "ArrowDown") choose(chosen + 1);
    else if (event.key === "ArrowUp") choose(chosen < 0 ? -1 : chosen - 1);
    else if (event.key === "Enter" && chosen >= 0) location.assign(list.children[chosen].dataset.url);
    else return;
    event.preventDefault();
  });
}
