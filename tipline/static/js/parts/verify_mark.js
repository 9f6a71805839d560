// What a receipt's picture says. Its proof stands behind the # of the address, which browsers never send:
// "1." and, in base64url, signature (64 bytes), digest (32), id of the key (8), seconds (5), reference.
// The server's `statements.Mark` writes it. Only the station's public keys are fetched.
import nacl from "tweetnacl";
import { say } from "./report_words.js";

const TYPE = "tipline-receipt-mark/1\0";
const SIGNATURE = 64;
const DIGEST = 32;
const KEY = 8;
const TIME = 5;

export async function showMark() {
  const place = document.getElementById("mark");
  const text = location.hash.slice(1);
  if (!place || !text.startsWith("1.")) return;
  // The answer to the form keeps the picture in view.
  document.getElementById("verify-form").action = "/verify" + location.hash;
  place.hidden = false;
  tell("mark_checking", "idle");
  const mark = readMark(text);
  if (!mark) return tell("mark_unclear", "refused");
  const keys = await fetchKeys(place.dataset.keys);
  if (!keys) return tell("mark_no_keys", "waiting");
  judge(mark, keys.find((one) => one.id === mark.key), place.dataset.digest);
}

function judge(mark, key, digest) {
  if (!key || !nacl.sign.detached.verify(mark.signed, mark.signature, bytesOf(key.public_key))) {
    return tell("mark_false", "refused");
  }
  if (key.retired_at && mark.issued > new Date(key.retired_at)) return tell("mark_retired", "refused");
  show("mark-reference", mark.reference);
  show("mark-issued", sayMoment(mark.issued));
  show("mark-key", key.fingerprint);
  showDigest(mark.digest);
  // Beside the receipt that belongs to it, the picture has no more to say.
  const isSame = digest === mark.digest;
  document.getElementById("mark-facts").hidden = isSame;
  if (digest && !isSame) return tell("mark_other", "refused");
  document.getElementById("mark-hint").hidden = isSame;
  tell(isSame ? "mark_same" : "mark_genuine", "used");
}

function readMark(text) {
  let raw;
  try {
    raw = bytesOf(text.slice(2).replace(/-/g, "+").replace(/_/g, "/"));
  } catch (fault) {
    return null;
  }
  const packed = raw.subarray(SIGNATURE);
  if (packed.length <= DIGEST + KEY + TIME || packed.length > 100) return null;
  const seconds = packed.subarray(DIGEST + KEY, DIGEST + KEY + TIME).reduce((sum, byte) => sum * 256 + byte, 0);
  return {
    signature: raw.subarray(0, SIGNATURE),
    signed: joined(asciiBytes(TYPE), packed),
    digest: hex(packed.subarray(0, DIGEST)),
    key: hex(packed.subarray(DIGEST, DIGEST + KEY)),
    issued: new Date(seconds * 1000),
    reference: String.fromCharCode(...packed.subarray(DIGEST + KEY + TIME)),
  };
}

async function fetchKeys(address) {
  try {
    const response = await fetch(address, { credentials: "omit", cache: "no-cache" });
    return response.ok ? (await response.json()).keys : null;
  } catch (fault) {
    return null;
  }
}

function tell(name, tone) {
  const line = document.getElementById("mark-said");
  line.className = "now-text tone-" + tone;
  line.querySelector(".mark-words").textContent = say(name);
  line.querySelector(".mark-good").hidden = tone !== "used";
  line.querySelector(".mark-bad").hidden = tone !== "refused" && tone !== "waiting";
}

// In the station's zone, as the receipt says it.
function sayMoment(moment) {
  const how = { timeZone: document.getElementById("mark").dataset.zone, timeZoneName: "short" };
  try {
    return moment.toLocaleString(document.documentElement.lang, how);
  } catch (fault) {
    return moment.toISOString();
  }
}

function show(id, text) {
  document.getElementById(id).textContent = text;
}

function showDigest(digest) {
  const place = document.getElementById("mark-digest");
  place.textContent = "";
  for (const group of digest.match(/.{8}/g)) {
    const piece = document.createElement("span");
    piece.textContent = group;
    place.append(piece, document.createElement("wbr"));
  }
}

function bytesOf(base64) {
  return asciiBytes(atob(base64));
}

function asciiBytes(text) {
  return Uint8Array.from(text, (sign) => sign.charCodeAt(0));
}

function joined(one, other) {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}

function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
