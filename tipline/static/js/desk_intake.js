// Handing a receipt back at the desk: the reporter's own uploader, and files that are dropped or pasted.
import { startDrops } from "./parts/desk_drops.js";
import { offerCopying } from "./parts/report_buttons.js";
import { addFiles, attachUploads } from "./parts/report_uploads.js";

const main = document.getElementById("main");
attachUploads(main);
offerCopying(main);
if (main.querySelector("[data-drop]")) startDrops(addFiles);
