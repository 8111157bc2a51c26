import { parseMarkup } from './markup.ts';

/** The emotes of the form: fetched when they are first asked for, put in at the caret. */
export class EmotePicker {
  readonly #form: HTMLFormElement;
  readonly #text: HTMLTextAreaElement;
  #list: HTMLElement | undefined;

  constructor(form: HTMLFormElement, text: HTMLTextAreaElement) {
    this.#form = form;
    this.#text = text;
  }

  /** Whether a button of the form is of the picker; then it is dealt with here and nothing is sent. */
  takes(button: HTMLElement | null): boolean {
    const action = button instanceof HTMLButtonElement ? button.value : '';
    if (action === 'emotes') void this.#toggle();
    else if (action.startsWith('emote:')) this.#insert(action.slice('emote:'.length));
    else return false;
    return true;
  }

  async #toggle(): Promise<void> {
    this.#list ??= await this.#fetch();
    if (this.#list === undefined) return;
    if (this.#list.isConnected) this.#list.remove();
    else this.#form.append(this.#list);
  }

  async #fetch(): Promise<HTMLElement | undefined> {
    try {
      const response = await fetch(new URL('emotes', this.#form.action));
      return parseMarkup(await response.text()).querySelector<HTMLElement>('.emote-list') ?? undefined;
    } catch {
      // Cut off: the button works again when the server can be reached.
      return undefined;
    }
  }

  #insert(code: string): void {
    const { selectionStart, selectionEnd, value } = this.#text;
    const before = selectionStart === 0 || /\s$/.test(value.slice(0, selectionStart)) ? '' : ' ';
    this.#text.setRangeText(`${before}:${code}: `, selectionStart, selectionEnd, 'end');
    this.#text.dispatchEvent(new Event('input'));
    this.#list?.remove();
    this.#text.focus();
  }
}
