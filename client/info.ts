import { type StreamSnapshot, type StreamState, toldState } from '../src/broadcast/stream-state.ts';
import type { ClientTexts } from '../src/views/texts/en.ts';
import { formatUptime } from './clock.ts';
import { byId, showText, withCount, withNumber } from './page.ts';

/** Without media for this long while nobody new is let in: that is why. */
const fullAfterMs = 2000;

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
  readonly #isPlaying: () => boolean;
  #snapshot: StreamSnapshot;
  #playedAt = performance.now();
  #receivedAt = performance.now();

  /** `isPlaying`: whether media comes, or nothing is known to hinder it. */
  constructor(snapshot: StreamSnapshot, texts: ClientTexts, isPlaying: () => boolean) {
    this.#texts = texts;
    this.#isPlaying = isPlaying;
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
    const told = toldState(snapshot);
    const title = snapshot.title === '' ? this.#texts.untitled : snapshot.title;
    document.title = title + this.#siteName;
    showText(byId('title', HTMLElement), title);
    showText(byId('sentence', HTMLElement), this.#texts.states[told].sentence);
    byId('light', HTMLElement).className = `light ${lights[told]}`;
    showText(byId('viewers', HTMLElement), withCount(this.#texts.viewers, snapshot.viewers));
    this.#tick();
  }

  /** What covers the picture; for a full stream only once it has stayed away, since everybody's own place counts too. */
  #showScreen(): void {
    const { state, isFull } = this.#snapshot;
    const nowMs = performance.now();
    if (this.#isPlaying()) this.#playedAt = nowMs;
    const isTurnedAway = state === 'live' && isFull === true && nowMs - this.#playedAt > fullAfterMs;
    const screen = isTurnedAway ? this.#texts.full : state === 'live' ? undefined : this.#texts.states[state];
    byId('screen', HTMLElement).hidden = screen === undefined;
    byId('stage', HTMLElement).classList.toggle('covered', screen !== undefined);
    if (screen === undefined) return;
    showText(byId('screen-heading', HTMLElement), screen.heading);
    showText(byId('screen-advice', HTMLElement), screen.advice);
  }

  #tick(): void {
    this.#showScreen();
    const { uptimeSeconds, state, stateSeconds } = this.#snapshot;
    const passed = (performance.now() - this.#receivedAt) / 1000;
    this.#uptime.hidden = uptimeSeconds === undefined || toldState(this.#snapshot) === 'offline';
    const digits = this.#uptime.lastElementChild;
    const text = formatUptime((uptimeSeconds ?? 0) + passed);
    if (digits !== null && digits.textContent !== text) digits.textContent = text;
    const waited = state === 'interrupted' ? Math.floor(stateSeconds + passed) : undefined;
    showText(this.#waited, waited === undefined ? undefined : withNumber(this.#texts.waited, waited));
  }
}
