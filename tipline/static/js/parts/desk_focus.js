// A busy browser now and then does not focus what was only just shown, and the next key would be somebody else's: it is
// asked again, at once with everything laid out and then with the next frames, as long as that is wanted.
export function reach(field, isWanted, then = () => {}, tries = 5) {
  field.focus();
  if (document.activeElement !== field && field.getClientRects().length) field.focus();
  if (document.activeElement === field) then();
  else if (tries) requestAnimationFrame(() => isWanted() && reach(field, isWanted, then, tries - 1));
}
