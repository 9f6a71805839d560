// Questions about the recorder unfold by themselves once there is footage they are about, and only once.

let isOffered = false;

export function offerQuestions(main) {
  const question = main.querySelector("#clock[data-ask]");
  if (question && isOffered && !question.classList.contains("is-told")) question.open = true;
}

document.addEventListener("footage", () => {
  if (isOffered) return;
  isOffered = true;
  offerQuestions(document);
});
