// The map of a search: outlines from this server, clusters counted by the server for the same query as the list.

const FRANCE = [[41.3, -5.3], [51.2, 9.7]];
const NARROW = 480; // below this width circles need larger cells to stay apart

const holder = document.getElementById("carte");
if (holder && window.L) start(holder, window.L);

function start(element, L) {
  const map = L.map(element, { zoomSnap: 0.25, minZoom: 2, maxZoom: 14, attributionControl: true });
  map.attributionControl.setPrefix(false);
  map.attributionControl.addAttribution("Contours : IGN 2018");
  map.fitBounds(FRANCE);
  const drawn = L.layerGroup().addTo(map);
  outlines(map, L);
  controls(map, element);
  let wanted = 0;

  async function draw() {
    const ticket = ++wanted;
    const zoom = Math.floor(map.getZoom()) - (element.clientWidth < NARROW ? 1 : 0);
    const query = new URLSearchParams(document.getElementById("resultats")?.dataset.query ?? "");
    if (!query.has("zone")) query.set("zone", box(map));
    query.set("zoom", String(Math.max(0, zoom)));
    const answer = await fetch(`/carte/points?${query}`, { headers: { accept: "application/json" } });
    if (!answer.ok || ticket !== wanted) return;
    const points = await answer.json();
    drawn.clearLayers();
    for (const point of points) drawn.addLayer(marker(point, map, L));
  }

  map.on("moveend", draw);
  document.body.addEventListener("htmx:afterSettle", draw);
  draw();
}

function marker(point, map, L) {
  const side = point.n === 1 ? 24 : Math.min(46, 26 + 5 * Math.log10(point.n) * 2);
  const icon = L.divIcon({
    className: point.n === 1 ? "single" : "cluster",
    iconSize: [side, side],
    html: point.n === 1 ? `<span class="hidden">${escape(point.name)}</span>` : `${point.n}<span class="hidden"> structures, agrandir</span>`,
  });
  const placed = L.marker([point.lat, point.lon], { icon, keyboard: true, riseOnHover: true });
  if (point.n === 1) {
    const link = document.createElement("a");
    link.href = `/acteurs/${encodeURIComponent(point.id)}`;
    link.textContent = point.name;
    placed.bindPopup(link);
  } else {
    placed.on("click keypress", () => map.setView([point.lat, point.lon], Math.min(map.getZoom() + 2, map.getMaxZoom()), { animate: !reduced() }));
  }
  return placed;
}

async function outlines(map, L) {
  const style = { className: "outline", interactive: false };
  const layer = async (name) => {
    const topology = await (await fetch(`/static/geo/${name}-2018.topo.json`)).json();
    return L.geoJSON(window.topojson.feature(topology, topology.objects[name]), style);
  };
  const regions = await layer("regions");
  map.addLayer(regions);
  let departments = null;
  map.on("zoomend", async () => {
    if (map.getZoom() < 7 || departments) return;
    departments = layer("departements");
    map.addLayer(await departments);
  });
}

function controls(map, element) {
  const bar = document.createElement("p");
  bar.className = "map-bar";
  const views = { Hexagone: FRANCE, Antilles: [[14.3, -62], [16.6, -60.7]], Guyane: [[2, -54.7], [6, -51.5]], "Océan Indien": [[-21.6, 44.8], [-12.5, 56]] };
  for (const [label, bounds] of Object.entries(views)) button(bar, label, () => map.fitBounds(bounds, { animate: !reduced() }));
  button(bar, "Chercher dans cette zone", () => {
    document.getElementById("zone").value = box(map);
    document.getElementById("recherche").requestSubmit();
  });
  element.after(bar);
}

function button(bar, label, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = label;
  made.addEventListener("click", act);
  bar.append(made);
}

function box(map) {
  const bounds = map.getBounds();
  const clamp = (value, most) => Math.max(-most, Math.min(most, value)).toFixed(4);
  return [clamp(bounds.getWest(), 180), clamp(bounds.getSouth(), 90), clamp(bounds.getEast(), 180), clamp(bounds.getNorth(), 90)].join(",");
}

function escape(text) {
  const holder = document.createElement("span");
  holder.textContent = text;
  return holder.innerHTML;
}

function reduced() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
