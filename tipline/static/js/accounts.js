// Signing in: passkeys by the browser, passwords shown while they are typed, and how good a new one is in words.
// Without it codes of an app and recovery codes do all that has to be done.

document.documentElement.classList.add("js-on");

const toBytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
const toText = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const withBytes = (list) => (list || []).map((one) => ({ ...one, id: toBytes(one.id) }));

async function make(options) {
  const publicKey = {
    ...options,
    challenge: toBytes(options.challenge),
    user: { ...options.user, id: toBytes(options.user.id) },
    excludeCredentials: withBytes(options.excludeCredentials),
  };
  const made = await navigator.credentials.create({ publicKey });
  const { clientDataJSON, attestationObject } = made.response;
  const transports = made.response.getTransports ? made.response.getTransports() : [];
  return answer(made, { clientDataJSON: toText(clientDataJSON), attestationObject: toText(attestationObject), transports });
}

async function show(options) {
  const publicKey = { ...options, challenge: toBytes(options.challenge), allowCredentials: withBytes(options.allowCredentials) };
  const shown = await navigator.credentials.get({ publicKey });
  const { clientDataJSON, authenticatorData, signature, userHandle } = shown.response;
  const response = { clientDataJSON: toText(clientDataJSON), authenticatorData: toText(authenticatorData), signature: toText(signature) };
  if (userHandle) response.userHandle = toText(userHandle);
  return answer(shown, response);
}

const answer = (key, response) => JSON.stringify({ id: key.id, rawId: toText(key.rawId), type: key.type, response, clientExtensionResults: {} });

async function ask(form) {
  const headers = { "X-CSRFToken": form.querySelector("[name=csrf_token]").value };
  const told = await fetch(form.dataset.options, { method: "POST", headers });
  const elsewhere = told.headers.get("HX-Redirect");
  if (elsewhere) { location.assign(elsewhere); return null; }
  if (!told.ok) throw new Error(await told.text());
  return told.json();
}

async function onPasskey(event) {
  const form = event.target.closest("form[data-passkey]");
  if (!form) return;
  const field = form.querySelector("[data-passkey-answer], [name=passkey]");
  event.preventDefault();
  const button = form.querySelector("[type=submit]");
  const fault = form.querySelector("[data-passkey-fault]");
  fault.hidden = true;
  button.disabled = true;
  try {
    const options = await ask(form);
    if (!options) return;
    field.value = await (form.dataset.passkey === "make" ? make : show)(options);
    form.submit();
  } catch (problem) {
    // The browser's own faults are written for programmers; ours are sentences.
    const isOurs = problem instanceof Error && !(problem instanceof DOMException) && !(problem instanceof TypeError);
    fault.textContent = isOurs && problem.message ? problem.message : form.dataset.failed;
    fault.hidden = false;
    button.disabled = false;
  }
}

function onReveal(event) {
  const button = event.target.closest("[data-reveal]");
  if (!button) return;
  const field = document.getElementById(button.dataset.reveal);
  const isShown = field.type === "password";
  field.type = isShown ? "text" : "password";
  button.setAttribute("aria-pressed", String(isShown));
  [button.textContent, button.dataset.shown] = [button.dataset.shown, button.textContent];
  field.focus();
}

// A rough word for whoever types; the server decides.
function strength(text, least) {
  if (text.length < least) return "weak";
  const kinds = new Set(text).size;
  if (kinds < 6 || /(.)\1{4}|01234|12345|qwert|asdfg|abcde|(19|20)\d\d(19|20)\d\d/i.test(text)) return "plain";
  return text.length >= 20 || kinds >= 12 ? "good" : "fair";
}

function onTyped(event) {
  const told = event.target.dataset?.strength && document.getElementById(event.target.dataset.strength);
  if (told) told.textContent = event.target.value ? told.dataset[strength(event.target.value, Number(event.target.dataset.least))] : "";
}

document.addEventListener("submit", onPasskey);
document.addEventListener("click", onReveal);
document.addEventListener("click", (event) => { if (event.target.closest("[data-print]")) window.print(); });
document.addEventListener("input", onTyped);
