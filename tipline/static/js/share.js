// The door of a share: hands the code that stands behind the # of the link to the form. Nothing is sent until
// somebody presses the button, so that a program which looks at links opens nothing.
function takeCode() {
  const code = location.hash.slice(1);
  const form = document.querySelector("[data-door]");
  if (!form || !/^[0-9A-Za-z-]{16,40}$/.test(code)) return;
  const field = form.querySelector("[data-code-field]");
  field.querySelector("input").value = code;
  field.hidden = true;
  // The page that answers has it again, should the second code be wrong. The door also stands where a visit ended.
  form.setAttribute("action", new URL(form.action).pathname + location.hash);
  for (const link of document.querySelectorAll("[data-keeps-code]")) link.hash = location.hash;
}

takeCode();
window.addEventListener("hashchange", takeCode);
