// The door of a share: hands the code that stands behind the # of the link to the form. Nothing is sent until
// somebody presses the button, so that a program which looks at links opens nothing.
const code = decodeURIComponent(location.hash.slice(1)).slice(0, 40);
const field = document.querySelector("[data-code-field]");
if (field && /^[0-9A-Za-z-]{16,40}$/.test(code)) {
  field.querySelector("input").value = code;
  field.hidden = true;
  for (const link of document.querySelectorAll("[data-keeps-code]")) link.hash = location.hash;
}
