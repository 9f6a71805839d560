// Whether single keys are switched off: the box in the list of keys says so on every page of the desk.
export const areKeysOff = () => Boolean(document.getElementById("keys-off")?.checked);
