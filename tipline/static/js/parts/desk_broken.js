// Why a film or picture does not show, by what its address answers now: it is gone, it cannot be read at the moment
// (the store or the line is away, a status of 0), or it is there and this browser does not play it.
export async function why(url) {
  const answer = await fetch(url, { headers: { Range: "bytes=0-0" }, credentials: "same-origin" }).catch(() => null);
  const status = answer?.status ?? 0;
  if (status === 404 || status === 410) return "lost";
  return status === 0 || status >= 500 ? "away" : "unplayable";
}
