// Words that stay on a device which is not one person's lie there sealed: a browser writes what a page keeps to its disk
// after seconds, and much later it is still in its files, long after the page has forgotten it. The key comes with the
// page and ends with the visit. Not by Web Crypto, for it has to be done at once: the page may end at any moment.
import { chacha20 } from "@noble/ciphers/chacha.js";

const NONCE = 12; // bytes, spelt as 16 signs

const toBytes = (spelt) => Uint8Array.from(atob(spelt), (sign) => sign.charCodeAt(0));
const spell = (bytes) => btoa(Array.from(bytes, (one) => String.fromCharCode(one)).join(""));

export function seal(text, key) {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE));
  return spell(nonce) + spell(chacha20(toBytes(key), nonce, new TextEncoder().encode(text)));
}

// Throws, or gives what is no words at all, if it was sealed in another visit.
export function unseal(sealed, key) {
  const at = (NONCE / 3) * 4;
  const bytes = chacha20(toBytes(key), toBytes(sealed.slice(0, at)), toBytes(sealed.slice(at)));
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
}
