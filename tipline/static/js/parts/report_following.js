// Files that were chosen before there was a receipt: held on the page, handed to the list of uploads with it. They
// belong to one form: it may come back with a fault or in another language, and they are still there.
let held = [];
let holder = "";
let isSent = false;

export const filesToFollow = () => held;

// The form that is shown now. Files of another one, which was left without sending, are let go.
export function holdFor(name) {
  if (name !== holder) held = [];
  holder = name;
  isSent = false;
}

export function holdFile(file) { held = held.concat(file); }

export function dropFile(file) { held = held.filter((one) => one !== file); }

// The form is on its way: the next page with a list of uploads is that of its receipt. Not if it came to nothing: then
// that page is another one's.
export function noteSent(isOnItsWay) { isSent = isOnItsWay; }

export const areFollowing = () => isSent && held.length > 0;

// They leave the page once: whoever takes them sends them.
export function takeFiles() {
  const taken = isSent ? held : [];
  if (isSent) held = [];
  isSent = false;
  return taken;
}
