// Files that were chosen before there was a receipt: held on the page, handed to the list of uploads with it.
let held = [];

export const filesToFollow = () => held;

export function holdFile(file) { held = held.concat(file); }

export function dropFile(file) { held = held.filter((one) => one !== file); }

// They leave the page once: whoever takes them sends them.
export function takeFiles() {
  const taken = held;
  held = [];
  return taken;
}
