import { byId } from './page.ts';
import { parseMarkup } from './markup.ts';

/** Voting in the page: the link under the poll unfolds the server's own form there, and folds it again. */
export class Ballot {
  readonly #box = byId('ballot', HTMLElement);
  readonly #banner: HTMLElement;

  constructor(banner: HTMLElement) {
    this.#banner = banner;
    banner.addEventListener('click', (event) => {
      const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>('.vote-link') : null;
      if (link === null) return;
      event.preventDefault();
      if (this.#box.hasChildNodes()) this.#fold();
      else void this.#show(link.href, {});
    });
    this.#box.addEventListener('click', (event) => {
      if (!(event.target instanceof Element) || event.target.closest('.to-messages') === null) return;
      event.preventDefault();
      this.#fold();
    });
    this.#box.addEventListener('submit', (event) => {
      event.preventDefault();
      if (event.target instanceof HTMLFormElement) void this.#send(event.target);
    });
  }

  /** What stands above the talk has changed: without a poll there is nothing to vote for. */
  check(): void {
    if (this.#banner.querySelector('.vote-link') === null) this.#fold();
  }

  async #send(form: HTMLFormElement): Promise<void> {
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (typeof value === 'string') body.append(name, value);
    await this.#show(form.action, { method: 'POST', body });
  }

  async #show(href: string, request: RequestInit): Promise<void> {
    try {
      const response = await fetch(href, request);
      const form = parseMarkup(await response.text()).querySelector('.poll-form');
      if (form !== null) this.#box.replaceChildren(form);
    } catch {
      // Cut off: what was chosen stays as it is, and the chat says that it is not connected.
    }
  }

  #fold(): void {
    this.#box.replaceChildren();
  }
}
