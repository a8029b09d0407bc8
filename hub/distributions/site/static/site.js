// Search and map of the site on a disk: one list of all records, held in memory, and nothing asked of anybody.
(() => {
  const SHOWN = 50;
  const FRANCE = [[41.3, -5.3], [51.2, 9.7]];
  const rows = window.RRMA_INDEX;
  const section = document.getElementById("recherche");
  const box = document.getElementById("q");
  const list = document.getElementById("resultats");
  const told = document.getElementById("annonce");
  section.hidden = false;
  document.getElementById("plain").remove();

  // The same folding as the words of the index.
  function folded(text) {
    const plain = text.toLowerCase().replace(/œ/g, "oe").replace(/æ/g, "ae").normalize("NFKD");
    return plain.replace(/\p{M}/gu, "").replace(/[^a-z0-9]+/g, " ").trim();
  }

  function found(text) {
    const words = folded(text).split(" ").filter(Boolean);
    if (!words.length) return rows;
    const first = ` ${words.join(" ")}`;
    const holds = rows.filter((row) => words.every((word) => ` ${row[6]}`.includes(` ${word}`)) || row[0] === text.trim().toUpperCase());
    return holds.sort((a, b) => (` ${b[6]}`.startsWith(first) - ` ${a[6]}`.startsWith(first)) || 0);
  }

  function link(row) {
    const made = document.createElement("a");
    made.href = `${row[3]}#${row[0]}`;
    made.textContent = row[1];
    return made;
  }

  function show() {
    const typed = box.value.trim();
    const hits = found(box.value);
    const listed = typed ? hits.slice(0, SHOWN) : [];
    list.replaceChildren(...listed.map((row) => {
      const item = document.createElement("li");
      item.append(link(row), row[2] ? ` ${row[2]}` : "");
      return item;
    }));
    const more = hits.length > SHOWN ? ` Voici les ${SHOWN} premières : ajoutez un mot pour préciser.` : "";
    const count = hits.length.toLocaleString("fr");
    told.textContent = typed ? `${count} ${hits.length < 2 ? "fiche trouvée" : "fiches trouvées"}.${more}` : "";
    map.show(hits.filter((row) => row[4] !== null));
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
    let points = [];

    function draw() {
      layer.clearLayers();
      for (const cell of apart(cells())) layer.addLayer(marker(cell));
    }

    // Records within about 64 pixels of each other are one circle, at their mean.
    function cells() {
      const bounds = drawn.getBounds().pad(0.2);
      const grid = new Map();
      for (const row of points) {
        if (!bounds.contains([row[4], row[5]])) continue;
        const at = drawn.project([row[4], row[5]], Math.floor(drawn.getZoom()));
        const key = `${Math.floor(at.x / 64)},${Math.floor(at.y / 64)}`;
        const cell = grid.get(key) ?? { n: 0, lat: 0, lon: 0, rows: [] };
        cell.n += 1;
        cell.lat += row[4];
        cell.lon += row[5];
        if (cell.rows.length < 20) cell.rows.push(row);
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
        if (near) Object.assign(near, { n: near.n + cell.n, rows: [...near.rows, ...cell.rows].slice(0, 20) });
        else kept.push({ ...cell, at });
      }
      return kept;
    }

    function side(cell) {
      return cell.n === 1 ? 24 : Math.min(46, 26 + 10 * Math.log10(cell.n));
    }

    function marker(cell) {
      const label = document.createElement("span");
      const said = document.createElement("span");
      said.className = "hidden";
      said.textContent = cell.n === 1 ? cell.rows[0][1] : " structures, agrandir";
      label.append(cell.n === 1 ? "" : String(cell.n), said);
      const icon = L.divIcon({ className: cell.n === 1 ? "single" : "cluster", iconSize: [side(cell), side(cell)], html: label });
      const placed = L.marker([cell.lat, cell.lon], { icon });
      if (cell.n === 1 || drawn.getZoom() >= 12) {
        const names = document.createElement("ul");
        names.append(...cell.rows.map((row) => { const item = document.createElement("li"); item.append(link(row)); return item; }));
        return placed.bindPopup(names, { maxHeight: 220 });
      }
      const closer = () => drawn.setView([cell.lat, cell.lon], drawn.getZoom() + 2, { animate: false });
      return placed.on("click", closer).on("keypress", (event) => { if (event.originalEvent.key === "Enter") closer(); });
    }

    drawn.on("moveend", draw);
    return { show(found) { points = found; draw(); } };
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
