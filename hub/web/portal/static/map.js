// The map of a search: outlines from this server, clusters counted by the server for the same query as the list.

const FRANCE = [[41.3, -5.3], [51.2, 9.7]];
const VIEWS = {
  Hexagone: FRANCE,
  Antilles: [[14.3, -62], [16.6, -60.7]],
  Guyane: [[2, -54.7], [6, -51.5]],
  "Océan Indien": [[-21.6, 44.8], [-12.5, 56]],
};
const NARROW = 480; // below this width circles need larger cells to stay apart
const CLOSEST = 9; // a search never zooms in further by itself
const OVERVIEW = 5; // zoom of the clusters that tell where the results are

const holder = document.getElementById("carte");
if (holder && window.L) start(holder, window.L);

function start(element, L) {
  const map = L.map(element, { zoomSnap: 0.25, minZoom: 2, maxZoom: 14 });
  map.attributionControl.setPrefix(false).addAttribution("Contours : IGN 2018");
  map.fitBounds(FRANCE);
  const drawn = L.layerGroup().addTo(map);
  outlines(map, L);
  controls(map, element);
  let wanted = 0;

  async function draw() {
    const ticket = ++wanted;
    const query = search();
    if (!query.has("zone")) query.set("zone", box(map));
    const zoom = Math.floor(map.getZoom()) - (element.clientWidth < NARROW ? 2 : 1);
    const points = await clusters(query, Math.max(0, zoom));
    if (ticket !== wanted) return;
    drawn.clearLayers();
    for (const point of points) drawn.addLayer(marker(point, map, L));
  }

  // Show where the results of a search are: all of them, or those of the mainland when some are there.
  async function follow() {
    const query = search();
    if (![...query].length) return moveTo(map, FRANCE, draw);
    const places = (await clusters(query, OVERVIEW)).map((each) => [each.lat, each.lon]);
    const mainland = places.filter((each) => L.latLngBounds(FRANCE).contains(each));
    if (!places.length) return draw();
    moveTo(map, L.latLngBounds(mainland.length ? mainland : places).pad(0.15), draw);
  }

  map.on("moveend", draw);
  document.body.addEventListener("htmx:afterSettle", follow);
  follow();
}

function search() {
  return new URLSearchParams(document.getElementById("resultats").dataset.query);
}

async function clusters(query, zoom) {
  const asked = new URLSearchParams(query);
  asked.set("zoom", String(zoom));
  const answer = await fetch(`/carte/points?${asked}`);
  return answer.ok ? answer.json() : [];
}

// Moving redraws; standing still does not, so it is asked for.
function moveTo(map, bounds, draw) {
  const before = map.getBounds().toBBoxString();
  map.fitBounds(bounds, { animate: false, maxZoom: CLOSEST });
  if (map.getBounds().toBBoxString() === before) draw();
}

function marker(point, map, L) {
  const single = point.n === 1;
  const side = single ? 24 : Math.min(46, 26 + 10 * Math.log10(point.n));
  const icon = L.divIcon({ className: single ? "single" : "cluster", iconSize: [side, side], html: label(point) });
  const placed = L.marker([point.lat, point.lon], { icon, riseOnHover: true });
  if (single) {
    const link = document.createElement("a");
    link.href = `/acteurs/${encodeURIComponent(point.id)}`;
    link.textContent = point.name;
    return placed.bindPopup(link);
  }
  const closer = () => map.setView([point.lat, point.lon], Math.min(map.getZoom() + 2, map.getMaxZoom()), { animate: !reduced() });
  return placed.on("click", closer).on("keypress", (event) => { if (event.originalEvent.key === "Enter") closer(); });
}

// What a circle says to those who see it, and to those who do not.
function label(point) {
  const holder = document.createElement("span");
  const said = document.createElement("span");
  said.className = "hidden";
  said.textContent = point.n === 1 ? point.name : " structures, agrandir";
  holder.append(point.n === 1 ? "" : String(point.n), said);
  return holder;
}

async function outlines(map, L) {
  const layer = async (name) => {
    const topology = await (await fetch(`/static/geo/${name}-2018.topo.json`)).json();
    const style = { className: `outline ${name}`, interactive: false };
    return L.geoJSON(window.topojson.feature(topology, topology.objects[name]), style);
  };
  map.addLayer(await layer("regions"));
  let departements = null;
  const closer = async () => {
    if (map.getZoom() < 7 || departements) return;
    departements = layer("departements");
    map.addLayer(await departements);
  };
  map.on("zoomend", closer);
  closer();
}

function controls(map, element) {
  const bar = document.createElement("p");
  bar.className = "map-bar";
  button(bar, "Chercher dans cette zone", () => {
    document.getElementById("zone").value = box(map);
    document.getElementById("recherche").requestSubmit();
  });
  for (const [name, bounds] of Object.entries(VIEWS)) button(bar, name, () => map.fitBounds(bounds, { animate: !reduced() }));
  element.after(bar);
}

function button(bar, text, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.addEventListener("click", act);
  bar.append(made);
}

function box(map) {
  const bounds = map.getBounds();
  const clamp = (value, most) => Math.max(-most, Math.min(most, value)).toFixed(4);
  return [clamp(bounds.getWest(), 180), clamp(bounds.getSouth(), 90), clamp(bounds.getEast(), 180), clamp(bounds.getNorth(), 90)].join(",");
}

function reduced() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
