// Sentences come translated with the page; places in braces are filled here.

export function say(name, places) {
  const holder = document.getElementById("spoken");
  const words = holder ? JSON.parse(holder.textContent) : {};
  return (words[name] || name).replace(/\{(\w+)\}/g, (_, place) => (places && place in places ? places[place] : ""));
}

// Rough on purpose: a number that jumps tells nobody anything.
export function sayTime(seconds) {
  if (seconds < 55) return say("seconds", { number: Math.max(5, Math.ceil(seconds / 5) * 5) });
  if (seconds < 5400) return say("minutes", { number: Math.ceil(seconds / 60) });
  return say("hours", { number: Math.round(seconds / 360) / 10 });
}

// Of a sound: 4:32.
export function sayLength(seconds) {
  const whole = Math.round(seconds);
  const [hours, minutes, left] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (number) => String(number).padStart(2, "0");
  return hours ? hours + ":" + two(minutes) + ":" + two(left) : minutes + ":" + two(left);
}

// A day, short, in the language of the page.
export function sayDay(moment) {
  const tag = document.documentElement.lang || "zh-CN";
  try {
    return new Date(moment).toLocaleDateString(tag, { month: tag.slice(0, 2) === "zh" ? "long" : "short", day: "numeric" });
  } catch (fault) {
    return String(moment).slice(0, 10);
  }
}

export function saySize(bytes) {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let step = 0;
  let size = bytes;
  while (size >= 1024 && step < units.length - 1) { size /= 1024; step += 1; }
  return (step === 0 ? String(size) : size.toFixed(1).replace(/\.0$/, "")) + " " + units[step];
}

// A line under the header for what concerns the whole page; it stays in sight while one scrolls.
export function notice(text) {
  const line = document.getElementById("net");
  if (!line) return;
  line.hidden = !text;
  line.textContent = text || "";
}

// What is no longer so is taken back, unless something else is said by now.
export function takeBack(text) {
  const line = document.getElementById("net");
  if (line && line.textContent === text) notice("");
}
