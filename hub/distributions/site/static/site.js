// Search and map of the site on a disk. Its index lies in files that are loaded as scripts when they are needed, since a
// page on a disk may fetch nothing: words with the numbers of their records, what a list shows, and where records are.
(() => {
  const SHOWN = 50;
  const MOST_FILES = 24; // of words that begin as what is typed: above, it says too little
  const OVERVIEW = 9; // zoom below which the whole catalogue is drawn from its overview
  const NAMED = 20; // records that a circle names
  const FRANCE = [[41.3, -5.3], [51.2, 9.7]];
  const index = window.RRMA_INDEX;
  const section = document.getElementById("recherche");
  const box = document.getElementById("q");
  const list = document.getElementById("resultats");
  const told = document.getElementById("annonce");
  const asked = new Map();
  const given = new Map();
  section.hidden = false;
  document.getElementById("plain").remove();

  window.RRMA_GIVE = (name, content) => given.get(name)(content);

  function load(name) {
    if (!asked.has(name)) {
      asked.set(name, new Promise((resolve, reject) => {
        given.set(name, resolve);
        const script = document.createElement("script");
        script.onerror = () => { asked.delete(name); reject(new Error(`fichiers/${name}.js manque`)); };
        script.src = `fichiers/${name}.js`;
        document.head.append(script);
      }));
    }
    return asked.get(name);
  }

  // The same folding as the words of the index.
  function folded(text) {
    const plain = text.toLowerCase().replace(/œ/g, "oe").replace(/æ/g, "ae").normalize("NFKD");
    return plain.replace(/\p{M}/gu, "").replace(/[^a-z0-9]+/g, " ").trim();
  }

  // Files of words are stretches of one sorted list: those that may hold a word which begins so.
  function stretches(start) {
    const found = [];
    index.words.forEach((first, number) => {
      const next = index.words[number + 1];
      if (first <= `${start}\uffff` && (next === undefined || next >= start)) found.push(number);
    });
    return found;
  }

  // A mark for each record that holds a word which begins so; null when too many words do.
  async function holding(start) {
    const files = stretches(start);
    if (files.length > MOST_FILES) return null;
    const marks = new Uint8Array(index.total);
    for (const words of await Promise.all(files.map((number) => load(`mots/${number}`)))) {
      for (const word of Object.keys(words)) {
        if (!word.startsWith(start)) continue;
        let number = 0;
        for (const step of words[word].split(",")) marks[(number += Number(step))] = 1;
      }
    }
    return marks;
  }

  // The numbers of the records that hold all the words, those whose name begins with the first one before the others.
  async function found(words) {
    const [begins, ...marks] = await Promise.all([`^${words[0]}`, ...words].map(holding));
    if (marks.includes(null)) return null;
    const [first, others] = [[], []];
    for (let number = 0; number < index.total; number += 1) {
      if (marks.every((each) => each[number])) (begins && begins[number] ? first : others).push(number);
    }
    return first.concat(others);
  }

  function rows(numbers) {
    return Promise.all(numbers.map(async (number) => (await load(`fiches/${Math.floor(number / index.rows)}`))[number % index.rows]));
  }

  function link(row) {
    const made = document.createElement("a");
    made.href = `${row[3]}#${row[0]}`;
    made.textContent = row[1];
    return made;
  }

  function items(shown) {
    return shown.map((row) => {
      const item = document.createElement("li");
      item.append(link(row), row[2] ? ` ${row[2]}` : "");
      return item;
    });
  }

  let wanted = 0;
  async function show() {
    const ticket = ++wanted;
    const words = folded(box.value).split(" ").filter(Boolean);
    const hits = words.length ? await found(words) : null;
    const listed = hits ? await rows(hits.slice(0, SHOWN)) : [];
    if (ticket !== wanted) return;
    list.replaceChildren(...items(listed));
    told.textContent = words.length ? said(hits) : "";
    map.show(hits);
  }

  function said(hits) {
    if (!hits) return "Trop de mots commencent ainsi : ajoutez des lettres.";
    const more = hits.length > SHOWN ? ` Voici les ${SHOWN} premières : ajoutez un mot pour préciser.` : "";
    return `${hits.length.toLocaleString("fr")} ${hits.length < 2 ? "fiche trouvée" : "fiches trouvées"}.${more}`;
  }

  const map = start(window.L);
  let waiting = 0;
  box.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(show, 150); });
  section.querySelector("form").addEventListener("submit", (event) => { event.preventDefault(); show(); });
  show();

  function start(L) {
    const drawn = L.map("carte", { zoomSnap: 0.25, minZoom: 2, maxZoom: 14, zoomAnimation: false, fadeAnimation: false });
    drawn.attributionControl.setPrefix(false).addAttribution("Contours : IGN 2018");
    drawn.fitBounds(FRANCE);
    L.polygon(shapes(window.RRMA_CONTOURS), { className: "outline", interactive: false }).addTo(drawn);
    const layer = L.layerGroup().addTo(drawn);
    let chosen = null; // numbers of the records found, null for all
    let wantedDraw = 0;

    async function draw() {
      const ticket = ++wantedDraw;
      const points = await inView(drawn.getBounds().pad(0.2));
      if (ticket !== wantedDraw) return;
      layer.clearLayers();
      for (const cell of apart(cells(points))) layer.addLayer(marker(cell));
    }

    // What is to be drawn: [latitude, longitude, how many, number of one of them].
    async function inView(bounds) {
      const here = (point) => bounds.contains([point[0], point[1]]);
      if (!chosen && drawn.getZoom() < OVERVIEW) return index.overview.filter(here);
      const files = chosen ? new Set(chosen.map((number) => Math.floor(number / index.points))) : touching(bounds);
      const places = new Map(await Promise.all([...files].map(async (number) => [number, await load(`points/${number}`)])));
      const found = [];
      const add = (number) => {
        const [file, at] = [places.get(Math.floor(number / index.points)), (number % index.points) * 2];
        const point = [file[at], file[at + 1], 1, number];
        if (file[at] !== null && here(point)) found.push(point);
      };
      if (chosen) chosen.forEach(add);
      else for (const [number, file] of places) file.forEach((_, at) => { if (at % 2 === 0) add(number * index.points + at / 2); });
      return found;
    }

    function touching(bounds) {
      return index.boxes.flatMap((each, number) => (each && bounds.intersects([[each[0], each[1]], [each[2], each[3]]]) ? [number] : []));
    }

    // Records within about 64 pixels of each other are one circle, at their mean.
    function cells(points) {
      const grid = new Map();
      for (const [lat, lon, n, number] of points) {
        const at = drawn.project([lat, lon], Math.floor(drawn.getZoom()));
        const key = `${Math.floor(at.x / 64)},${Math.floor(at.y / 64)}`;
        const cell = grid.get(key) ?? { n: 0, lat: 0, lon: 0, numbers: [] };
        cell.n += n;
        cell.lat += lat * n;
        cell.lon += lon * n;
        if (cell.numbers.length < NAMED) cell.numbers.push(number);
        grid.set(key, cell);
      }
      return [...grid.values()].map((cell) => ({ ...cell, lat: cell.lat / cell.n, lon: cell.lon / cell.n })).sort((a, b) => b.n - a.n);
    }

    // Circles that would touch become one, at the place of the largest.
    function apart(all) {
      const kept = [];
      for (const cell of all) {
        const at = drawn.latLngToLayerPoint([cell.lat, cell.lon]);
        const near = kept.find((each) => each.at.distanceTo(at) < (side(each) + side(cell)) / 2 + 4);
        if (near) Object.assign(near, { n: near.n + cell.n, numbers: [...near.numbers, ...cell.numbers].slice(0, NAMED) });
        else kept.push({ ...cell, at });
      }
      return kept;
    }

    function side(cell) {
      return cell.n === 1 ? 24 : Math.min(46, 26 + 10 * Math.log10(cell.n));
    }

    function marker(cell) {
      const label = document.createElement("span");
      const hidden = document.createElement("span");
      hidden.className = "hidden";
      hidden.textContent = cell.n === 1 ? "une structure, voir" : " structures, agrandir";
      label.append(cell.n === 1 ? "" : String(cell.n), hidden);
      const icon = L.divIcon({ className: cell.n === 1 ? "single" : "cluster", iconSize: [side(cell), side(cell)], html: label });
      const placed = L.marker([cell.lat, cell.lon], { icon });
      if (cell.n === 1 || drawn.getZoom() >= 12) {
        const names = document.createElement("ul");
        const fill = async (event) => { names.replaceChildren(...items(await rows(cell.numbers))); event.popup.update(); };
        return placed.bindPopup(names, { maxHeight: 220 }).on("popupopen", fill);
      }
      const closer = () => drawn.setView([cell.lat, cell.lon], drawn.getZoom() + 2, { animate: false });
      return placed.on("click", closer).on("keypress", (event) => { if (event.originalEvent.key === "Enter") closer(); });
    }

    drawn.on("moveend", draw);
    return { show(hits) { chosen = hits; draw(); } };
  }

  // TopoJSON 1.0: arcs are steps between whole numbers, and arc ~n is arc n backwards.
  function shapes(topology) {
    const { scale, translate } = topology.transform;
    const arcs = topology.arcs.map((arc) => {
      let [x, y] = [0, 0];
      return arc.map((step) => {
        x += step[0];
        y += step[1];
        return [y * scale[1] + translate[1], x * scale[0] + translate[0]];
      });
    });
    const ring = (indexes) => indexes.flatMap((index) => (index < 0 ? [...arcs[~index]].reverse() : arcs[index]));
    return topology.objects.regions.geometries.flatMap((shape) => {
      const polygons = shape.type === "Polygon" ? [shape.arcs] : shape.arcs;
      return polygons.map((polygon) => polygon.map(ring));
    });
  }
})();
