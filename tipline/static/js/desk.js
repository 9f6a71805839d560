// The desk's script: live parts by htmx, keys, the player and its contact sheet. Every act works without it.
import htmx from "htmx.org/dist/htmx.esm.js";
import { startBatch } from "./parts/desk_batch.js";
import { startCameraClocks } from "./parts/desk_camera_clock.js";
import { startCase } from "./parts/desk_case.js";
import { startClocks } from "./parts/desk_clocks.js";
import { startFilters } from "./parts/desk_filters.js";
import { startForms } from "./parts/desk_forms.js";
import { startKeys } from "./parts/desk_keys.js";
import { startLive } from "./parts/desk_live.js";
import { startPlaces } from "./parts/desk_places.js";
import { startPlayers } from "./parts/desk_players.js";
import { startSightings } from "./parts/desk_sightings.js";
import { startWaves } from "./parts/desk_waves.js";

document.documentElement.classList.add("js-on");
const words = JSON.parse(document.body.dataset.words || "{}");
startLive(htmx, words);
startForms();
startFilters();
startBatch(htmx);
startClocks(words);
startPlaces();
startSightings();
startPlayers(words);
startCameraClocks(htmx);
startWaves();
startCase();
startKeys();
