// The page on which one writes to the officer: buttons for sound, photo and film, and a list of what was chosen. The
// files stay on the phone until the receipt is there.
import { dropFile, filesToFollow, holdFile, holdFor } from "./report_following.js";
import { signOf } from "./report_picks.js";
import { isVoiceNote, offerVoice } from "./report_voice.js";
import { notice, say, sayLength, saySize } from "./report_words.js";

const LONG_S = 600;

export function offerWriting(main) {
  const form = main.querySelector("form[data-files-follow]");
  if (!form) return;
  const list = form.querySelector("[data-chosen]");
  const show = (file) => {
    list.append(rowOf(file, list));
    list.hidden = false;
  };
  holdFor(form.dataset.keep);
  filesToFollow().forEach(show);
  const limit = Number(form.dataset.limit);
  const add = (file) => {
    const refused = file.size === 0 ? "empty" : limit && file.size > limit ? "too_large" : "";
    if (refused) { notice(say(refused)); return; }
    if (filesToFollow().some((one) => one.name === file.name && one.size === file.size)) { notice(say("twice", { name: file.name })); return; }
    holdFile(file);
    show(file);
  };
  const picks = form.querySelector("[data-picks]");
  picks.classList.add("is-live");
  for (const input of picks.querySelectorAll("input[type=file]")) {
    input.addEventListener("change", () => {
      notice("");
      const files = Array.from(input.files);
      input.value = "";
      files.forEach((file) => add(file));
    });
  }
  const place = form.querySelector("[data-voice]");
  if (place && offerVoice(place, add)) {
    // The page records by itself: the recorder of the phone is not needed beside it.
    const other = picks.querySelector("input[accept^=audio]");
    if (other) other.closest("label").remove();
  }
}

function rowOf(file, list) {
  const row = document.createElement("li");
  const name = document.createElement("span");
  name.className = "file-name";
  name.textContent = isVoiceNote(file) ? say("voice_note") : file.name;
  const size = document.createElement("span");
  size.className = "file-size";
  size.textContent = saySize(file.size);
  const remove = document.createElement("button");
  remove.type = "button";
  remove.className = "button button-quiet";
  remove.append(signOf("trash"), " " + say("remove"));
  remove.setAttribute("aria-label", say("remove") + ": " + name.textContent);
  let address = "";
  remove.addEventListener("click", () => {
    dropFile(file);
    if (address) URL.revokeObjectURL(address);
    row.remove();
    list.hidden = !list.children.length;
  });
  row.append(name, size, remove);
  if (/^audio\//.test(file.type)) {
    address = URL.createObjectURL(file);
    row.append(playerOf(address, name.textContent, (seconds) => {
      size.textContent = sayLength(seconds) + " · " + saySize(file.size);
      if (seconds > LONG_S) row.append(hint(say("sound_long", { time: sayLength(seconds) })));
    }));
  }
  return row;
}

function hint(text) {
  const line = document.createElement("p");
  line.className = "hint";
  line.textContent = text;
  return line;
}

// To listen before it is sent.
function playerOf(address, name, onLength) {
  const player = document.createElement("audio");
  player.controls = true;
  player.preload = "metadata";
  player.setAttribute("aria-label", name);
  player.addEventListener("loadedmetadata", () => { if (isFinite(player.duration)) onLength(player.duration); });
  player.src = address;
  return player;
}
