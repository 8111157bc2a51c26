import type { StreamSnapshot, StreamState } from '../src/broadcast/stream-state.ts';
import type { ClientTexts } from '../src/views/texts/en.ts';
import { formatUptime } from './clock.ts';
import { byId, showText, withNumber } from './page.ts';

const lights: Readonly<Record<StreamState, string>> = {
  offline: 'light-off',
  starting: 'light-trouble',
  live: 'light-live',
  interrupted: 'light-trouble',
  ended: 'light-ended',
};

/** Shows what the server says about the stream: title, light and sentence, viewers, uptime, and the screen while there is no picture. */
export class Info {
  readonly #texts: ClientTexts;
  readonly #siteName: string;
  readonly #uptime = byId('uptime', HTMLElement);
  readonly #waited = byId('waited', HTMLElement);
  #snapshot: StreamSnapshot;
  #receivedAt = performance.now();

  constructor(snapshot: StreamSnapshot, texts: ClientTexts) {
    this.#texts = texts;
    this.#siteName = document.title.slice(document.title.lastIndexOf(' - '));
    this.#snapshot = snapshot;
    for (const clock of [this.#uptime, this.#waited]) clock.classList.add('written');
    this.#uptime.append(document.createElement('span'));
    this.update(snapshot);
    setInterval(() => this.#tick(), 250);
  }

  update(snapshot: StreamSnapshot): void {
    this.#snapshot = snapshot;
    this.#receivedAt = performance.now();
    const state = this.#texts.states[snapshot.state];
    const title = snapshot.title === '' ? this.#texts.untitled : snapshot.title;
    document.title = title + this.#siteName;
    showText(byId('title', HTMLElement), title);
    showText(byId('sentence', HTMLElement), state.sentence);
    byId('light', HTMLElement).className = `light ${lights[snapshot.state]}`;
    const viewers = snapshot.viewers === 1 ? this.#texts.viewersOne : this.#texts.viewersMany;
    showText(byId('viewers', HTMLElement), withNumber(viewers, snapshot.viewers));
    byId('screen', HTMLElement).hidden = snapshot.state === 'live';
    byId('stage', HTMLElement).classList.toggle('covered', snapshot.state !== 'live');
    showText(byId('screen-heading', HTMLElement), state.heading);
    showText(byId('screen-advice', HTMLElement), state.advice);
    this.#tick();
  }

  #tick(): void {
    const { uptimeSeconds, state, stateSeconds } = this.#snapshot;
    const passed = (performance.now() - this.#receivedAt) / 1000;
    this.#uptime.hidden = uptimeSeconds === undefined;
    const digits = this.#uptime.lastElementChild;
    const text = formatUptime((uptimeSeconds ?? 0) + passed);
    if (digits !== null && digits.textContent !== text) digits.textContent = text;
    const waited = state === 'interrupted' ? Math.floor(stateSeconds + passed) : undefined;
    showText(this.#waited, waited === undefined ? undefined : withNumber(this.#texts.waited, waited));
  }
}
