// A voice note recorded on the page: one tap begins, one tap ends, with the time in sight. What was said is kept when
// the time is over or the page loses the microphone.
import { signOf } from "./report_picks.js";
import { say, sayLength } from "./report_words.js";

const KINDS = [
  ["audio/webm;codecs=opus", "webm"], ["audio/mp4", "m4a"], ["audio/ogg;codecs=opus", "ogg"], ["audio/webm", "webm"],
];
const PIECE_MS = 1000;
const PATIENCE_MS = 2000; // for a recorder that does not come to its end

let running = null;

// Ends what is being recorded; comes back when it was handed over.
export function endVoice() {
  if (!running) return Promise.resolve();
  running.stop();
  return Promise.race([running.ended, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
}

// Whether this browser can record; where it cannot, the plain field stays.
export function offerVoice(place, onFile) {
  const kind = window.MediaRecorder && navigator.mediaDevices && KINDS.find(([one]) => MediaRecorder.isTypeSupported(one));
  if (!kind) return false;
  new Voice(place, kind, onFile);
  return true;
}

class Voice {
  constructor(place, kind, onFile) {
    this.limit = Number(place.dataset.voice);
    this.kind = kind;
    this.onFile = onFile;
    this.button = document.createElement("button");
    this.button.type = "button";
    this.button.className = "button button-quiet voice-button";
    this.words = document.createElement("span");
    this.told = document.createElement("p");
    this.told.className = "hint";
    this.told.setAttribute("role", "status");
    place.className = "voice";
    place.append(this.button, this.told);
    this.button.addEventListener("click", () => (this.recorder ? this.stop() : this.start()));
    this.show(false);
  }

  show(isOn) {
    this.button.textContent = "";
    this.button.append(signOf(isOn ? "player-stop" : "microphone"), this.words);
    this.button.classList.toggle("is-on", isOn);
    this.words.textContent = say(isOn ? "voice_stop" : "voice_start", { time: "0:00" });
  }

  async start() {
    this.button.disabled = true;
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch (fault) {
      this.told.textContent = say(fault && fault.name === "NotFoundError" ? "voice_none" : "voice_refused");
      return;
    } finally {
      this.button.disabled = false;
    }
    // Allowed only when the page had gone on: nobody sees that it listens.
    if (!this.button.isConnected) {
      stream.getTracks().forEach((track) => track.stop());
      return;
    }
    const pieces = [];
    this.recorder = new MediaRecorder(stream, { mimeType: this.kind[0] });
    this.recorder.addEventListener("dataavailable", (event) => { if (event.data.size) pieces.push(event.data); });
    this.ended = new Promise((resolve) => {
      this.recorder.addEventListener("stop", () => { this.end(stream, pieces); resolve(); });
    });
    running = this;
    this.recorder.start(PIECE_MS);
    this.began = Date.now();
    this.told.textContent = say("voice_limit", { time: sayLength(this.limit) });
    this.show(true);
    this.timer = setInterval(() => this.tick(), 250);
  }

  tick() {
    const seconds = (Date.now() - this.began) / 1000;
    this.words.textContent = say("voice_stop", { time: sayLength(Math.min(seconds, this.limit)) });
    if (seconds >= this.limit || !this.button.isConnected) this.stop();
  }

  stop() {
    clearInterval(this.timer);
    if (this.recorder && this.recorder.state !== "inactive") this.recorder.stop();
  }

  end(stream, pieces) {
    clearInterval(this.timer);
    stream.getTracks().forEach((track) => track.stop());
    this.recorder = null;
    if (running === this) running = null;
    this.show(false);
    const isWhole = (Date.now() - this.began) / 1000 >= this.limit;
    this.told.textContent = isWhole ? say("voice_over", { time: sayLength(this.limit) }) : "";
    if (!pieces.length || !this.button.isConnected) return;
    const type = this.kind[0].split(";")[0];
    this.onFile(new File(pieces, nameOf(this.kind[1]), { type }));
  }
}

export const isVoiceNote = (file) => /^voice-\d{8}-\d{6}\.\w+$/.test(file.name);

// By the moment, so that two notes of one report can be told apart.
function nameOf(ending) {
  const two = (number) => String(number).padStart(2, "0");
  const now = new Date();
  const day = [now.getFullYear(), two(now.getMonth() + 1), two(now.getDate())].join("");
  return "voice-" + day + "-" + [now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join("") + "." + ending;
}
