// Completing in the thread's field: "/" first offers the station's templates, "@" in an internal note the colleagues.
// Arrows choose, Enter or Tab takes, Escape closes; the list never takes the focus away from what is typed.
const MOST = 8;
const COMPOSING = 229;

const box = { list: null, field: null, found: [], at: 0, from: 0 };
const kindOf = (field) => field.form.querySelector("input[name=kind]:checked")?.value;
const offers = (field) => JSON.parse(field.form.dataset.offers || "{}");
const has = (words, typed) => words.some((word) => word.toLowerCase().includes(typed.toLowerCase()));

function listFor(field) {
  let list = document.getElementById("completions");
  if (!list) {
    list = document.createElement("ul");
    list.id = "completions";
    list.setAttribute("role", "listbox");
    list.className = "completions";
    list.addEventListener("pointerdown", (event) => {
      const line = event.target.closest("li");
      if (!line) return;
      event.preventDefault();
      box.at = [...list.children].indexOf(line);
      take();
    });
  }
  field.after(list);
  field.setAttribute("aria-controls", list.id);
  return list;
}

function close() {
  box.list?.remove();
  box.field?.removeAttribute("aria-activedescendant");
  box.list = null;
}

function draw(field, found, from) {
  close();
  if (!found.length) return;
  Object.assign(box, { list: listFor(field), field, found, at: 0, from });
  found.forEach(([name, second], number) => {
    const line = box.list.appendChild(document.createElement("li"));
    line.id = `completion-${number}`;
    line.setAttribute("role", "option");
    line.appendChild(document.createElement("b")).textContent = name;
    line.append(" " + second);
  });
  point();
}

function point() {
  [...box.list.children].forEach((line, number) => line.setAttribute("aria-selected", String(number === box.at)));
  box.field.setAttribute("aria-activedescendant", `completion-${box.at}`);
  box.list.children[box.at].scrollIntoView({ block: "nearest" });
}

function look(field) {
  const before = field.value.slice(0, field.selectionStart);
  const { replies = [], people = [] } = offers(field);
  const asked = /^[/、]([^\n]*)$/.exec(before);
  if (asked) {
    return draw(field, replies.filter((one) => has([one[0], one[2]], asked[1])).slice(0, MOST).map(([title, kind, text]) => [title, text, { kind, text }]), 0);
  }
  const named = kindOf(field) === "note" && /[@＠]([^\s@＠]{0,20})$/.exec(before);
  if (named) return draw(field, people.filter((one) => has(one, named[1])).slice(0, MOST).map(([name, user]) => [name, user, { name }]), named.index);
  return close();
}

export function fillIn(field, text, kind) {
  const choice = kind && field.form.querySelector(`input[name=kind][value="${kind}"]`);
  if (choice && !choice.checked) {
    choice.checked = true;
    choice.dispatchEvent(new Event("change", { bubbles: true }));
  }
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
  const gap = text.indexOf("____");
  if (gap >= 0) field.setSelectionRange(gap, gap + 4);
}

function take() {
  const { field, from } = box;
  const [, , chosen] = box.found[box.at];
  close();
  if (chosen.text !== undefined) return fillIn(field, chosen.text + field.value.slice(field.selectionStart), chosen.kind);
  const end = field.selectionStart;
  field.setRangeText(`@${chosen.name} `, from, end, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  return field.focus();
}

function onKey(event) {
  if (!box.list || event.target !== box.field || event.isComposing || event.keyCode === COMPOSING) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    box.at = (box.at + step + box.found.length) % box.found.length;
    point();
  } else if ((event.key === "Enter" && !event.shiftKey && !event.ctrlKey) || event.key === "Tab") {
    take();
  } else if (event.key === "Escape") {
    close();
  } else {
    return;
  }
  event.preventDefault();
  event.stopPropagation();
}

export function startComplete() {
  document.addEventListener("input", (event) => {
    const field = event.target;
    if (field.matches?.("[data-completes]") && !event.isComposing) look(field);
  });
  document.addEventListener("compositionend", (event) => {
    if (event.target.matches?.("[data-completes]")) look(event.target);
  });
  document.addEventListener("keydown", onKey, true);
  document.addEventListener("focusout", (event) => event.target === box.field && close());
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-template]");
    const field = document.querySelector("[data-completes]");
    if (!link || !field || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const one = offers(field).replies[Number(link.dataset.template)];
    if (!one) return;
    event.preventDefault();
    link.closest("details").open = false;
    fillIn(field, one[2] + (field.value.trim() ? "\n" + field.value : ""), one[1]);
  });
}
