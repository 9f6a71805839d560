// Rings of a border as plain pairs [longitude, latitude]: whether edges cross, and where. The server checks again.
const side = (a, b, c) => (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);

// Where two edges cross, or null; that they touch is no crossing.
export function meet(a, b, c, d) {
  const [one, other] = [side(a, b, c), side(a, b, d)];
  if (!(one * other < 0 && side(c, d, a) * side(c, d, b) < 0)) return null;
  const part = one / (one - other);
  return [c[0] + part * (d[0] - c[0]), c[1] + part * (d[1] - c[1])];
}

const edges = (ring) => ring.map((point, at) => [point, ring[(at + 1) % ring.length]]);

// Where the border of these polygons crosses itself, the first place found.
export function crossing(polygons) {
  for (const rings of polygons) {
    const all = rings.flatMap(edges);
    for (let one = 0; one < all.length; one += 1) {
      for (let other = one + 1; other < all.length; other += 1) {
        const found = meet(...all[one], ...all[other]);
        if (found) return found;
      }
    }
  }
  return null;
}

// As GeoJSON writes it: rings closed, a single polygon plainly.
export function geometry(polygons) {
  const closed = polygons.map((rings) => rings.map((ring) => [...ring, ring[0]]));
  if (!closed.length) return null;
  return closed.length === 1
    ? { type: "Polygon", coordinates: closed[0] }
    : { type: "MultiPolygon", coordinates: closed };
}

// And back: polygons of open rings.
export function polygonsOf(told) {
  if (!told) return [];
  const polygons = told.type === "Polygon" ? [told.coordinates] : told.coordinates;
  return polygons.map((rings) => rings.map((ring) => ring.slice(0, -1).map(([lon, lat]) => [lon, lat])));
}
