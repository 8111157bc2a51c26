import type { Texts } from '../../../src/views/texts/en.ts';
import type { Person } from './person.ts';

/** What somebody in the room does and sees, the same with and without script. */
export class Talk {
  readonly person: Person;
  readonly texts: Texts;
  readonly #script: boolean;

  /** `texts`: the words they read. */
  constructor(person: Person, script: boolean, texts: Texts) {
    this.person = person;
    this.texts = texts;
    this.#script = script;
  }

  async write(text: string): Promise<void> {
    await this.person.write('.message-field', text);
  }

  /** Sends what is written and waits until it stands in the chat and the form is ready for the next. */
  async send(): Promise<void> {
    const text = await this.person.reads('.message-field');
    await this.person.click('.send');
    await this.person.until(this.#isFormEmpty, `has sent ${text}`);
    await this.person.sees('.row', { text: withoutCodes(text) });
  }

  async say(text: string): Promise<void> {
    await this.write(text);
    await this.send();
  }

  /** Sends what is written, which is refused by this rule; what was written is still there. */
  async isRefused(rule: keyof Texts['refusals']): Promise<void> {
    const text = await this.person.reads('.message-field');
    await this.person.click('.send');
    await this.person.sees('.notice-bad', { text: beginning(this.texts.refusals[rule]) });
    await this.person.until(
      `${this.#form}.querySelector('.message-field').value === ${JSON.stringify(text)}`,
      `has kept ${text}`,
    );
  }

  async answerCaptcha(answer: string): Promise<void> {
    await this.person.sees('.captcha-picture');
    await this.person.write('.captcha-answer', answer);
  }

  async openSettings(): Promise<void> {
    await this.person.click('.settings summary');
    await this.person.sees('.settings-panel');
  }

  async saveSettings(): Promise<void> {
    await this.person.click('button[value=settings]');
    await this.person.seesNo('.settings-panel .field');
  }

  /** Answers a message; what was being written is not lost by it. */
  async reply(to: string, text: string): Promise<void> {
    const begun = 'half a thought';
    await this.write(begun);
    await this.person.click('.row', { text: to, inner: '.reply' });
    await this.person.sees('.answered', { text: to });
    if (this.#script) await this.say(text);
    else await this.#replyInPlace(text);
    await this.person.sees('.row', { text, inner: '.quote' });
    const left = this.#script ? begun : await this.person.reads('.message-field');
    if (left !== begun) throw new Error(`what was being written is lost: ${left}`);
  }

  /** Without script the answer is written where the messages were, which come back when it is sent. */
  async #replyInPlace(text: string): Promise<void> {
    const form = '.chat-form:has([name=from])';
    await this.person.write(`${form} .message-field`, text);
    await this.person.picture('04-answers');
    await this.person.click(`${form} .send`);
    await this.person.seesNo(form);
  }

  async insertEmote(code: string): Promise<void> {
    await this.person.click('button[value=emotes]');
    await this.person.sees('.emote-choice');
    await this.person.picture('emotes');
    await this.person.click(`button[value="emote:${code}"]`);
    await this.person.until(
      `${this.#form}?.querySelector('.message-field').value.includes(':${code}:')`,
      `has :${code}: in the text`,
    );
  }

  async vote(option: string): Promise<void> {
    await this.person.click('.vote-link');
    await this.person.click('.poll-form label', { text: option, inner: 'input' });
    await this.person.picture('ballot');
    await this.person.click('.poll-form .button');
    await this.person.sees('.poll-form .notice');
    await this.person.picture('voted');
    await this.person.click('.to-messages');
    await this.person.seesNo('.poll-form');
    await this.person.sees('.message-field');
  }

  /** For staff: opens what can be done about a message. */
  async openTools(of: string): Promise<void> {
    await this.person.click('.row', { text: of, inner: '.tools-link' });
    await this.person.sees('.staff-quote', { text: of });
  }

  async closeTools(): Promise<void> {
    await this.person.click(this.#script ? '.dialog-bar .plain-button' : '.panel-back');
    await this.person.seesNo('.staff-quote');
    await this.person.sees('.message-field');
  }

  /** The form, in the page or in its frame; undefined while it is loaded. */
  get #form(): string {
    const frame = "document.querySelector('iframe[name=chat-form]')?.contentDocument";
    return `(${this.#script ? 'document' : frame}?.querySelector('.chat-form'))`;
  }

  /** What says that something holds against them, once staff have decided it. */
  async isTold(
    rule: keyof Texts['refusals'],
    standing: keyof Texts['staff']['standing'],
    withinMs: number,
  ): Promise<void> {
    const text = this.#script ? this.texts.refusals[rule] : this.texts.staff.standing[standing];
    await this.person.sees(this.#script ? '.notice-bad' : '.standing-row', { text: beginning(text) }, withinMs);
  }

  get #isFormEmpty(): string {
    return `${this.#form}?.querySelector('.message-field').value === ''`;
  }
}

/** Codes of emotes are pictures in a row. */
function withoutCodes(text: string): string {
  return text.replace(/:[\w-]+:/gu, '').trim();
}

/** What stands before the first thing that is filled in. */
export function beginning(sentence: string): string {
  return sentence.split('{', 1)[0]?.trim() ?? '';
}
