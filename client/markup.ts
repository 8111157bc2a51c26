/**
 * Markup of the server's own views, in which every text is escaped; nothing else may become markup in this page, and the
 * Content-Security-Policy allows this one policy only.
 */
// Threat: T10
const policy = window.trustedTypes?.createPolicy('row', { createHTML: (html) => html });

/** Turns markup that the server made (a chat row, a part of the page) into nodes. */
export function parseMarkup(html: string): DocumentFragment {
  const template = document.createElement('template');
  template.innerHTML = policy?.createHTML(html) ?? html;
  return template.content;
}

/** Puts what the page holds for the script in its place: with the script running, it takes over from the frames. */
export function unfoldPage(): void {
  document.documentElement.classList.add('js');
  for (const block of document.querySelectorAll('script[data-markup]')) {
    block.replaceWith(parseMarkup(block.textContent));
  }
}
