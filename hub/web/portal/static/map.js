// The map of a search: outlines from this server, clusters counted by the server for the same query as the list.

const FRANCE = [[41.3, -5.3], [51.2, 9.7]];
const VIEWS = {
  Hexagone: FRANCE,
  Antilles: [[14.3, -62], [16.6, -60.7]],
  Guyane: [[2, -54.7], [6, -51.5]],
  "Océan Indien": [[-21.6, 44.8], [-12.5, 56]],
};
const CLOSEST = 8; // a search never zooms in further by itself
const OVERVIEW = 7; // zoom of the clusters that tell where the results are
const TOWN = 11; // from here on a circle is a place: choosing it lists what is there
const TOWN_METRES = 4000;

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
    if (!query.has("zone")) query.set("zone", box(map.getBounds()));
    const points = await clusters(query, Math.floor(map.getZoom()));
    if (ticket !== wanted) return;
    drawn.clearLayers();
    for (const point of apart(points, map)) drawn.addLayer(marker(point, map, L));
  }

  // Show where the results of a search are: all of them, or those of the mainland when some are there.
  async function follow() {
    const query = search();
    if (![...query].length) return moveTo(map, FRANCE);
    const places = (await clusters(query, OVERVIEW)).map((each) => [each.lat, each.lon]);
    const mainland = places.filter((each) => L.latLngBounds(FRANCE).contains(each));
    if (!places.length) return draw();
    moveTo(map, L.latLngBounds(mainland.length ? mainland : places).pad(0.2));
  }

  map.on("moveend", draw);
  document.body.addEventListener("htmx:afterSettle", follow);
  follow();
}

function search() {
  return new URLSearchParams(document.getElementById("resultats").dataset.query);
}

// A search of the past leads to that past.
function dated(address) {
  const then = search().get("au");
  return then ? `${address}${address.includes("?") ? "&" : "?"}${new URLSearchParams({ au: then })}` : address;
}

async function clusters(query, zoom) {
  const asked = new URLSearchParams(query);
  asked.set("zoom", String(zoom));
  const answer = await fetch(`/carte/points?${asked}`);
  return answer.ok ? answer.json() : [];
}

// It draws, too: Leaflet ends every move, even one to where the map is.
function moveTo(map, bounds) {
  map.fitBounds(bounds, { animate: false, maxZoom: CLOSEST });
}

// Circles that would touch become one, at the place of the largest: points come largest first.
function apart(points, map) {
  const kept = [];
  for (const point of points) {
    const at = map.latLngToLayerPoint([point.lat, point.lon]);
    const near = kept.find((each) => each.at.distanceTo(at) < (side(each) + side(point)) / 2 + 4);
    if (near) Object.assign(near, { n: near.n + point.n });
    else kept.push({ ...point, at });
  }
  return kept;
}

function side(point) {
  return point.n === 1 ? 24 : Math.min(46, 26 + 10 * Math.log10(point.n));
}

function marker(point, map, L) {
  const icon = L.divIcon({ className: point.n === 1 ? "single" : "cluster", iconSize: [side(point), side(point)], html: label(point) });
  const placed = L.marker([point.lat, point.lon], { icon, riseOnHover: true });
  if (point.n === 1) {
    return placed.bindPopup(link(dated(`/acteurs/${encodeURIComponent(point.id)}`), point.name));
  }
  const around = L.latLng(point.lat, point.lon).toBounds(TOWN_METRES);
  if (!form() && map.getZoom() >= TOWN) {
    return placed.bindPopup(link(dated(`/acteurs?zone=${box(around)}`), `${point.n} structures ici`));
  }
  const choose = () => {
    if (map.getZoom() < TOWN) map.setView([point.lat, point.lon], map.getZoom() + 2, { animate: !reduced() });
    else within(around);
  };
  return placed.on("click", choose).on("keypress", (event) => { if (event.originalEvent.key === "Enter") choose(); });
}

// In a frame of another site there is no form to search with, and links lead to a tab of their own.
function form() {
  return document.getElementById("recherche");
}

function link(address, text) {
  const made = document.createElement("a");
  made.href = address;
  made.textContent = text;
  if (!form()) Object.assign(made, { target: "_blank", rel: "noopener" });
  return made;
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
    return L.polygon(shapes(topology, name), { className: `outline ${name}`, interactive: false });
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

// TopoJSON 1.0: arcs are steps between whole numbers, and arc ~n is arc n backwards.
function shapes(topology, name) {
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
  return topology.objects[name].geometries.flatMap((shape) => {
    const polygons = shape.type === "Polygon" ? [shape.arcs] : shape.arcs;
    return polygons.map((polygon) => polygon.map(ring));
  });
}

function controls(map, element) {
  const bar = document.createElement("p");
  bar.className = "map-bar";
  if (form()) button(bar, "Chercher dans cette zone", () => within(map.getBounds()));
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

function within(bounds) {
  document.getElementById("zone").value = box(bounds);
  form().requestSubmit();
}

function box(bounds) {
  const clamp = (value, most) => Math.max(-most, Math.min(most, value)).toFixed(4);
  return [clamp(bounds.getWest(), 180), clamp(bounds.getSouth(), 90), clamp(bounds.getEast(), 180), clamp(bounds.getNorth(), 90)].join(",");
}

function reduced() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
