import { setTimeout as pause } from 'node:timers/promises';
import { type BrowserPage, type RunningBrowser } from '../../test/support/browsers.ts';
import { videoExpression } from '../../test/support/watching.ts';
import { type Look, readClockExpression } from './clock-pattern.ts';

/** One look at the picture, by the time since the watcher asked for the page. */
export interface Sample {
  readonly atMs: number;
  /** Glass to glass; NaN while no picture can be read. */
  readonly latencyMs: number;
  /** What the clock in the picture said; NaN while none can be read. */
  readonly shownMs: number;
  readonly height: number;
  readonly position: number;
}

const expression = readClockExpression(videoExpression);
const lookEveryMs = 50;
/** A browser that does not answer must not hold up the bench. */
const answerWithinMs = 10_000;

/** Somebody who has opened a page, and who looks at the picture again and again. */
export class Watcher {
  readonly samples: Sample[] = [];
  readonly #page: BrowserPage;
  readonly #startedAt = Date.now();
  readonly #everyMs: number;
  readonly #looking: Promise<void>;
  #isOver = false;

  private constructor(page: BrowserPage, everyMs: number) {
    this.#page = page;
    this.#everyMs = everyMs;
    this.#looking = this.#look();
  }

  /** Asks for the page, and looks from then on, before it is there; `everyMs` between two looks. */
  static async open(browser: RunningBrowser, url: string, everyMs = lookEveryMs): Promise<Watcher> {
    const page = await browser.open();
    const watcher = new Watcher(page, everyMs);
    // The picture may be there before the document is complete, or never: who waits for it says how long.
    page.goto(url).catch(() => undefined);
    return watcher;
  }

  /** Milliseconds since the page was asked for. */
  get ageMs(): number {
    return Date.now() - this.#startedAt;
  }

  /** When the first picture was seen; NaN if there has been none yet. */
  get firstPictureMs(): number {
    return this.samples.find(({ latencyMs }) => !Number.isNaN(latencyMs))?.atMs ?? Number.NaN;
  }

  /** Resolves when the first picture has been seen, and with false when there is none in time. */
  async firstPicture(withinMs: number): Promise<boolean> {
    while (Number.isNaN(this.firstPictureMs) && this.ageMs < withinMs) await pause(lookEveryMs);
    return !Number.isNaN(this.firstPictureMs);
  }

  /** The samples of a span of time. */
  between(fromMs: number, toMs = Number.POSITIVE_INFINITY): Sample[] {
    return this.samples.filter(({ atMs }) => atMs >= fromMs && atMs < toMs);
  }

  /** Closes the page; safe to call twice. */
  async close(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    await this.#looking;
    await this.#page.close();
  }

  async #look(): Promise<void> {
    while (!this.#isOver) {
      // Where a frame is being loaded again there is nothing to look at.
      const nothing: Look = { now: Date.now(), shown: null, height: 0, position: 0 };
      const answer = this.#page.evaluate<Look>(expression).catch(() => nothing);
      const look = await Promise.race([answer, pause(answerWithinMs, nothing, { ref: false })]);
      const { now, shown, height, position } = look;
      const shownMs = shown ?? Number.NaN;
      this.samples.push({ atMs: now - this.#startedAt, latencyMs: now - shownMs, shownMs, height, position });
      await pause(this.#everyMs);
    }
  }
}
