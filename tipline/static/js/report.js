// The reporter's pages come alive: uploads that go on while one reads on, pages that change without a reload.
// Without this script every page still works as a plain form. Runs on phones of 2018: no modules, no new syntax.
import { startPages, onArrival } from "./parts/report_pages.js";
import { attachUploads, takeOver } from "./parts/report_uploads.js";
import { offerQuestions } from "./parts/report_questions.js";
import { keepTyped } from "./parts/report_typed.js";
import { offerExit } from "./parts/report_exit.js";
import { offerWriting } from "./parts/report_writing.js";
import { offerLocating } from "./parts/report_locating.js";
import { runClock } from "./parts/report_clock.js";
import { followLive } from "./parts/report_live.js";
import { keepTicks } from "./parts/report_ticks.js";
import { offerCopying, offerPrinting, showScripted } from "./parts/report_buttons.js";

onArrival((main) => {
  keepTyped(main);
  offerWriting(main);
  offerLocating(main);
  attachUploads(main);
  takeOver(main);
  offerQuestions(main);
  followLive(main);
  runClock(main);
  keepTicks(main);
  offerCopying(main);
  offerPrinting(main);
  showScripted(main);
});
startPages();
offerExit();
