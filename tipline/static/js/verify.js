// The page that checks receipts: what a scanned picture says, and whether a file on this device is a listed one.
// Nothing of either is sent. Without this script the receipt itself is checked by the server all the same.
import { offerComparing } from "./parts/verify_compare.js";
import { showMark } from "./parts/verify_mark.js";

showMark();
window.addEventListener("hashchange", showMark);
offerComparing();
