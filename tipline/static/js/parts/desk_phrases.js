// Ready phrases: a tap puts one into the field and nothing is sent. Without the script it is sent by its tap.
export function startPhrases() {
  document.addEventListener("click", (event) => {
    const phrase = event.target.closest?.("[data-phrase]");
    const field = phrase?.form?.querySelector("textarea");
    if (!field) return;
    event.preventDefault();
    const typed = field.value.trim();
    field.value = typed ? `${typed}\n${phrase.dataset.phrase}` : phrase.dataset.phrase;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
  });
}
