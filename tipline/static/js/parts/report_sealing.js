// Words that stay on a device which is not one person's lie there sealed: a browser writes what a page keeps to its disk
// after seconds, and much later it is still in its files, long after the page has forgotten it. The key comes with the
// page and ends with the visit. ChaCha20 (RFC 8439), for it has to be done at once: the page may end at any moment.
const CONSTANTS = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574];
const QUARTERS = [
  [0, 4, 8, 12], [1, 5, 9, 13], [2, 6, 10, 14], [3, 7, 11, 15], [0, 5, 10, 15], [1, 6, 11, 12], [2, 7, 8, 13], [3, 4, 9, 14],
];
const DOUBLE_ROUNDS = 10;
const BLOCK = 64;
const NONCE = 12;

const turned = (value, by) => (value << by) | (value >>> (32 - by));

function quarter(x, [a, b, c, d]) {
  x[a] += x[b]; x[d] = turned(x[d] ^ x[a], 16);
  x[c] += x[d]; x[b] = turned(x[b] ^ x[c], 12);
  x[a] += x[b]; x[d] = turned(x[d] ^ x[a], 8);
  x[c] += x[d]; x[b] = turned(x[b] ^ x[c], 7);
}

function block(begin) {
  const x = begin.slice();
  for (let at = 0; at < DOUBLE_ROUNDS; at += 1) for (const one of QUARTERS) quarter(x, one);
  return new Uint8Array(x.map((word, at) => word + begin[at]).buffer);
}

function mixed(bytes, key, nonce) {
  const begin = Uint32Array.from([...CONSTANTS, ...new Uint32Array(key.buffer), 0, ...new Uint32Array(nonce.buffer)]);
  const out = new Uint8Array(bytes.length);
  for (let at = 0; at < bytes.length; at += BLOCK) {
    const pad = block(begin);
    for (let one = at; one < Math.min(at + BLOCK, bytes.length); one += 1) out[one] = bytes[one] ^ pad[one - at];
    begin[12] += 1;
  }
  return out;
}

const toBytes = (spelt) => Uint8Array.from(atob(spelt), (sign) => sign.charCodeAt(0));
const spell = (bytes) => btoa(Array.from(bytes, (one) => String.fromCharCode(one)).join(""));

export function seal(text, key) {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE));
  return spell(nonce) + spell(mixed(new TextEncoder().encode(text), toBytes(key), nonce));
}

// Throws, or gives what is no words at all, if it was sealed in another visit.
export function unseal(sealed, key) {
  const at = (NONCE / 3) * 4;
  const bytes = mixed(toBytes(sealed.slice(at)), toBytes(key), toBytes(sealed.slice(0, at)));
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
}
