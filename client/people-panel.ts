import { parseMarkup } from './markup.ts';

/** The list of people in place of the messages, fetched when it is opened and whenever it has changed while it is open. */
export class PeoplePanel {
  readonly #url: string;
  /** Both are absent for those who may not see the list. */
  readonly #toggle = document.getElementById('people-toggle');
  readonly #panel = document.getElementById('people');

  constructor(url: string) {
    this.#url = url;
    this.#toggle?.addEventListener('click', () => this.#show(!this.#isOpen));
    document.addEventListener('keydown', ({ key }) => {
      if (key !== 'Escape' || !this.#isOpen) return;
      this.#show(false);
      this.#toggle?.focus();
    });
  }

  /** The list is another one, of so many people. */
  update(total: string): void {
    const count = this.#toggle?.querySelector('.people-count');
    if (count != null) count.textContent = total;
    if (this.#isOpen) void this.#fill();
  }

  get #isOpen(): boolean {
    return this.#panel?.hidden === false;
  }

  #show(isOpen: boolean): void {
    if (this.#panel === null) return;
    this.#panel.hidden = !isOpen;
    this.#toggle?.setAttribute('aria-expanded', String(isOpen));
    if (isOpen) void this.#fill();
  }

  async #fill(): Promise<void> {
    try {
      const list = parseMarkup(await (await fetch(this.#url)).text()).querySelector('.people-list');
      if (list !== null) this.#panel?.replaceChildren(list);
    } catch {
      // Cut off: what is shown stays until the next change.
    }
  }
}
