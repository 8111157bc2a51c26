import type { chatFormFields } from '../src/chat/chat-view.ts';
import type { ClientTexts } from '../src/views/texts/en.ts';
import type { ChatFormAnswer } from '../src/views/wire.ts';
import { Answering } from './answering.ts';
import { BackOff } from './back-off.ts';
import { parseMarkup } from './markup.ts';
import { EmotePicker } from './emote-picker.ts';
import { byId, withNumber } from './page.ts';

type FieldName = (typeof chatFormFields)[keyof typeof chatFormFields];

/** The counter shows when this few are left. */
const counterFrom = 80;
const draftKey = 'onioncast.draft';
const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** The form: posts without leaving the page, and never loses what was typed, whatever the answer is. */
export class ChatForm {
  readonly #texts: ClientTexts;
  readonly #form = within(byId('chat', HTMLElement), '.chat-form', HTMLFormElement);
  readonly #text = within(this.#form, '.message-field', HTMLTextAreaElement);
  readonly #send = within(this.#form, '.send', HTMLButtonElement);
  readonly #notice = within(this.#form, '.notice', HTMLElement);
  readonly #counter = within(this.#form, '.counter', HTMLElement);
  readonly #captcha = within(this.#form, '.captcha-slot', HTMLElement);
  readonly #settings = within(this.#form, '.settings', HTMLDetailsElement);
  readonly #answering = new Answering(
    within(this.#form, '.answering', HTMLElement),
    within(this.#form, '.answered', HTMLElement),
    within(this.#form, '[name=reply]', HTMLInputElement),
  );
  readonly #emotes = new EmotePicker(this.#form, this.#text);
  readonly #onMark: (mark: string) => void;
  readonly #backOff = new BackOff(1000, 20_000);
  #maxCharacters = 512;
  #isSending = false;
  #noticeTimer = 0;

  /** `onMark` hears the class that mentions of this reader bear. */
  constructor(texts: ClientTexts, onMark: (mark: string) => void) {
    this.#texts = texts;
    this.#onMark = onMark;
    this.#text.value = readDraft();
    this.#text.addEventListener('input', () => this.#onInput());
    this.#text.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      if (this.#text.value.trim() !== '') this.#form.requestSubmit(this.#send);
    });
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      if (!this.#emotes.takes(event.submitter) && !this.#givesUp(event.submitter)) void this.#submit(event.submitter);
    });
    this.#onInput();
    void this.#load();
  }

  focus(): void {
    this.#text.focus();
  }

  /** Answers the message of this row; what is typed stays. */
  answer(row: Element): void {
    this.#answering.begin(row);
    this.focus();
  }

  #givesUp(button: HTMLElement | null): boolean {
    const isMeant = button?.classList.contains('give-up') === true;
    if (isMeant) this.#answering.show('', '');
    return isMeant;
  }

  /** Asks the server anew what holds for this person; what was typed stays. */
  reload(): void {
    void this.#load();
  }

  /** Fetches the form's token and our own appearance, until it succeeds. */
  async #load(): Promise<void> {
    const answer = await this.#ask({ method: 'GET' });
    if (answer !== undefined) return this.#fill(answer);
    setTimeout(() => void this.#load(), this.#backOff.next(Math.random()));
  }

  async #submit(submitter: HTMLElement | null): Promise<void> {
    if (this.#isSending) return;
    this.#setSending(true);
    const sent = this.#text.value;
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(this.#form, submitter))
      if (typeof value === 'string') body.append(name, value);
    const answer = await this.#ask({ method: 'POST', body });
    this.#setSending(false);
    if (answer === undefined) return this.#say(this.#texts.sendFailed, true);
    // What was typed while the message was under way stays.
    if (answer.posted && this.#text.value === sent) this.#text.value = '';
    if (answer.form.settingsSaved === true) this.#settings.open = false;
    const { reply } = answer.form;
    this.#answering.show(String(reply?.messageId ?? ''), reply === undefined ? '' : `${reply.name}: ${reply.text}`);
    this.#fill(answer);
    if (answer.form.refusal?.rule.startsWith('captcha') === true)
      this.#captcha.querySelector<HTMLElement>('.field')?.focus();
    this.#onInput();
  }

  /** Undefined when the server could not be reached or did not answer with a form. */
  async #ask(request: RequestInit): Promise<ChatFormAnswer | undefined> {
    try {
      const response = await fetch(this.#form.action, { ...request, headers: { Accept: 'application/json' } });
      const isForm = response.headers.get('Content-Type')?.startsWith('application/json') === true;
      const answer = isForm ? ((await response.json()) as Partial<ChatFormAnswer>) : undefined;
      if (answer?.form === undefined) return undefined;
      const { posted = false, form, notice = { now: '', later: '' } } = answer;
      return { ...answer, posted, form, notice };
    } catch {
      // Offline or cut off: the caller says so and keeps the text.
      return undefined;
    }
  }

  #fill({ form: data, notice, captcha = '' }: ChatFormAnswer): void {
    this.#captcha.replaceChildren(parseMarkup(captcha));
    within(this.#form, '.another', HTMLButtonElement).hidden = data.captcha?.picture === undefined;
    this.#onMark(data.mark ?? '');
    this.#set('token', data.formToken);
    this.#set('nonce', data.nonce);
    if (!this.#settings.open) this.#set('name', data.name);
    this.#set('colour', data.colour === undefined ? 'auto' : String(data.colour));
    this.#maxCharacters = data.limits.maxCharacters;
    const name = within(this.#form, '.settings-name', HTMLElement);
    name.textContent = data.name === '' ? data.defaultName : data.name;
    name.className = `settings-name name${data.colour === undefined ? '' : ` c${data.colour}`}`;
    const tag = within(this.#form, '.settings-tag', HTMLElement);
    tag.textContent = `#${data.tag}`;
    tag.hidden = data.name !== '' || data.tag === '';
    this.#fillTripcode(data);
    this.#fillStanding(data.appealHref);
    const { refusal, modes } = data;
    this.#say(refusal?.sentence ?? notice.now, refusal !== undefined, {
      seconds: refusal === undefined ? modes.waitSeconds : refusal.waitSeconds,
      after: notice.later,
    });
  }

  /** Where somebody against whom something holds can say something about it. */
  #fillStanding(href: string | undefined): void {
    const link = within(this.#form, '.appeal-link', HTMLAnchorElement);
    link.href = href ?? '';
    within(this.#form, '.form-standing', HTMLElement).hidden = href === undefined;
  }

  #fillTripcode({ tripcode, refusal }: ChatFormAnswer['form']): void {
    within(this.#form, '.own-trip', HTMLElement).hidden = tripcode === undefined;
    const pill = within(this.#form, '.own-trip .trip', HTMLElement);
    pill.textContent = tripcode?.code ?? '';
    pill.className = `trip${tripcode?.isWeak === true ? ' trip-weak' : ''} c${tripcode?.colour ?? 0}`;
    if (refusal !== undefined) return;
    this.#set('tripcode', '');
    within(this.#form, '.own-trip input', HTMLInputElement).checked = false;
  }

  #set(field: FieldName, value: string): void {
    const control = this.#form.elements.namedItem(field);
    if (control instanceof HTMLInputElement || control instanceof RadioNodeList) control.value = value;
  }

  /** Says something; after some seconds, something else. */
  #say(sentence: string, isBad: boolean, wait: { seconds?: number | undefined; after?: string } = {}): void {
    clearTimeout(this.#noticeTimer);
    this.#notice.textContent = sentence;
    this.#notice.classList.toggle('notice-bad', isBad);
    const { seconds, after = '' } = wait;
    if (seconds !== undefined) this.#noticeTimer = setTimeout(() => this.#say(after, false), seconds * 1000);
  }

  #setSending(isSending: boolean): void {
    this.#isSending = isSending;
    this.#send.disabled = isSending;
  }

  #onInput(): void {
    const left = this.#maxCharacters - count(this.#text.value);
    this.#counter.textContent =
      left > counterFrom ? '' : withNumber(left < 0 ? this.#texts.tooLong : this.#texts.left, Math.abs(left));
    this.#counter.classList.toggle('over', left < 0);
    writeDraft(this.#text.value);
  }
}

function within<T extends HTMLElement>(root: HTMLElement, selector: string, type: new () => T): T {
  const element = root.querySelector(selector);
  if (!(element instanceof type)) throw new Error(`The page lacks ${selector}`);
  return element;
}

/** Characters as people count them. Long texts are counted roughly: they are far over the limit anyway. */
function count(text: string): number {
  return text.length > 4096 ? text.length : [...segmenter.segment(text.trim())].length;
}

function readDraft(): string {
  try {
    return sessionStorage.getItem(draftKey) ?? '';
  } catch {
    // Storage is denied: a reload loses the draft, as it does in such browsers everywhere.
    return '';
  }
}

function writeDraft(text: string): void {
  try {
    sessionStorage.setItem(draftKey, text);
  } catch {
    // See `readDraft`.
  }
}
