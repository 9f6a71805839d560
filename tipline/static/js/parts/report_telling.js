// What is said of one file, and of all of them together. Knows states and numbers, nothing of sending.
import { secondsFor } from "./report_rates.js";
import { say, sayDay, saySize, sayTime } from "./report_words.js";

const WORTH_SAYING_S = 5;
const ENOUGH_S = 3;

export const percent = (item) => Math.floor((100 * item.sent) / (item.size || 1));

export function tellOf(item, now) {
  if (item.state === "sending") {
    return item.note && now < item.noteUntil ? item.note : joined(say("sending", places(item)), left(item));
  }
  if (item.state === "waiting") return joined(say(percent(item) ? "waiting_at" : "waiting", places(item)), ahead(item.size - item.sent));
  if (item.state === "held") return item.note + " " + say("again_in", { time: sayTime((item.heldUntil - now) / 1000) });
  if (item.state === "done") return say(item.matches ? "matches" : "done");
  if (item.state === "cut") return say("offline");
  if (item.state === "failed") return joined(item.note || say("failed"), kept(item));
  if (item.state === "refused") return item.note;
  if (item.state === "lost") return joined(item.note || say(percent(item) ? "lost" : "lost_early", places(item)), kept(item));
  if (item.state === "paused") return joined(say("paused", places(item)), kept(item));
  return say(item.state, places(item));
}

export function tellOfAll(items) {
  const counted = items.filter((item) => item.state !== "refused");
  const refused = items.length - counted.length;
  const done = counted.filter((item) => item.state === "done" || item.state === "differs").length;
  const size = counted.reduce((sum, item) => sum + item.size, 0);
  const sent = counted.reduce((sum, item) => sum + Math.min(item.sent, item.size), 0);
  const values = { done, refused, all: counted.length, percent: Math.floor((100 * sent) / (size || 1)), size: saySize(size) };
  const isDone = done === counted.length;
  let text = say(sent ? "total_sending" : "total_ahead", values);
  if (isDone) text = say(refused ? "done_but" : "all_done", values);
  else text = joined(text, ahead(size - sent, counted.map(running).find(Boolean)));
  return { text, isDone, size, sent, key: done + "/" + counted.length };
}

const places = (item) => ({ percent: percent(item), name: item.name });

const joined = (text, more) => (more ? text + " · " + more : text);

// Before a byte has gone, or for what has to wait; what is on its way knows best how fast the line is just now.
function ahead(bytes, now) {
  const seconds = now ? bytes / now : secondsFor(bytes);
  return seconds >= WORTH_SAYING_S ? say("about", { time: sayTime(seconds) }) : "";
}

function left(item) {
  const bytes = item.size - item.sent;
  const now = running(item);
  const seconds = now ? bytes / now : secondsFor(bytes);
  return bytes > 0 && (now || seconds >= WORTH_SAYING_S) ? say("left", { time: sayTime(seconds) }) : "";
}

// Bytes a second of a file on its way, once a few seconds have shown them; else 0.
function running(item) {
  const took = (Date.now() - item.beganAt) / 1000;
  return item.state === "sending" && took >= ENOUGH_S ? Math.max(0, (item.sent - item.beganFrom) / took) : 0;
}

// Until when the station keeps what has arrived of it.
function kept(item) {
  return item.id && item.keptUntil && item.sent ? say("kept_until", { day: sayDay(item.keptUntil) }) : "";
}
