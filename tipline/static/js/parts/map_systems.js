// Positions are kept in WGS-84; Chinese maps show them shifted. Only here one becomes the other.
import gcoord from "gcoord";

const SYSTEMS = { gcj02: gcoord.GCJ02, bd09: gcoord.BD09 };

// WGS-84 → what this map shows.
export function shown(lat, lon, system) {
  if (!SYSTEMS[system]) return [lat, lon];
  return gcoord.transform([lon, lat], gcoord.WGS84, SYSTEMS[system]).reverse();
}

// What somebody pointed at on this map → WGS-84.
export function kept(lat, lon, system) {
  if (!SYSTEMS[system]) return [lat, lon];
  return gcoord.transform([lon, lat], SYSTEMS[system], gcoord.WGS84).reverse();
}
