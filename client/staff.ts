/**
 * For staff, on top of the page's own script: the tools of a message in a dialog over the page, so that what is being typed stays; and keys for what is
 * in it. The dialog holds the same panel that the page without script shows.
 */
const dialog = document.createElement('dialog');
dialog.className = 'tools-dialog';
const bar = document.createElement('div');
bar.className = 'dialog-bar';
const heading = document.createElement('span');
const closer = document.createElement('button');
closer.type = 'button';
closer.className = 'plain-button';
closer.textContent = '\u2715';
const panel = document.createElement('iframe');
panel.name = 'tools';
bar.append(heading, closer);
dialog.append(bar, panel);
document.body.append(dialog);

closer.addEventListener('click', () => dialog.close());
dialog.addEventListener('click', (event) => {
  if (event.target === dialog) dialog.close();
});
dialog.addEventListener('close', () => {
  panel.src = 'about:blank';
});

document.addEventListener(
  'click',
  (event) => {
    const link = event.target instanceof Element ? event.target.closest('.tools-link') : null;
    if (!(link instanceof HTMLAnchorElement) || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    heading.textContent = link.title;
    panel.title = link.title;
    panel.src = link.href;
    dialog.showModal();
  },
  true,
);

panel.addEventListener('load', () => {
  const inside = panel.contentDocument;
  inside?.addEventListener('keydown', onKey);
  // What leads back to writing leads back to the page here.
  for (const link of inside?.querySelectorAll<HTMLAnchorElement>('a.panel-back, a[href*="chat/form?reply="]') ?? []) {
    link.addEventListener('click', (event) => {
      event.preventDefault();
      dialog.close();
      const id = /reply=(\d+)/.exec(link.href)?.[1];
      if (id !== undefined) document.querySelector<HTMLElement>(`#m${id} .reply`)?.click();
    });
  }
  inside?.body.focus();
});
dialog.addEventListener('keydown', onKey);

/** Presses the button whose key it is, unless somebody is typing. */
function onKey(event: KeyboardEvent): void {
  if (event.key === 'Escape') return dialog.close();
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const button = panel.contentDocument?.querySelector<HTMLElement>(`[data-key="${CSS.escape(event.key)}"]`);
  if (button === null || button === undefined) return;
  event.preventDefault();
  button.click();
}

/** The element may be of the panel's own window, whose classes are others. */
function isTyping(target: EventTarget | null): boolean {
  return target !== null && 'tagName' in target && /^(?:INPUT|TEXTAREA|SELECT)$/.test(String(target.tagName));
}
