import path from 'node:path';
import type { BrowserPage } from '../browsers.ts';

/** Sizes at which pictures are taken: Tor Browser's two usual ones and a phone. */
const pictureSizes = [
  { width: 1000, height: 600 },
  { width: 390, height: 844 },
  { width: 1400, height: 900 },
];

/** Source text of a function that gives what can be seen of a selector, in the page and its frames, with the place of its middle; the last comes first. */
const visibleFunction = `((selector, text, inner) => {
  const found = [];
  const look = (inside, left, top) => {
    for (const outer of inside.querySelectorAll(selector)) {
      if (!outer.textContent.includes(text)) continue;
      const element = inner === '' ? outer : outer.querySelector(inner);
      if (element === null || !element.checkVisibility()) continue;
      found.push({ element, at: () => {
        element.scrollIntoView({ block: 'nearest' });
        const { x, y, width, height } = element.getBoundingClientRect();
        return { x: left + x + width / 2, y: top + y + height / 2 };
      } });
    }
  };
  look(document, 0, 0);
  for (const frame of document.querySelectorAll('iframe')) {
    if (frame.contentDocument === null || !frame.checkVisibility()) continue;
    const { x, y } = frame.getBoundingClientRect();
    look(frame.contentDocument, x + frame.clientLeft, y + frame.clientTop);
  }
  return found.reverse();
})`;

/** What is meant: by selector, by text that stands in it, and by a selector below that. */
export interface Meant {
  readonly text?: string;
  readonly inner?: string;
}

function visible(selector: string, { text = '', inner = '' }: Meant): string {
  return `${visibleFunction}(${[selector, text, inner].map((each) => JSON.stringify(each)).join()})`;
}

function said(verb: string, selector: string, { text = '', inner = '' }: Meant): string {
  return `${verb} ${selector} ${inner}${text === '' ? '' : ` with ${JSON.stringify(text)}`}`;
}

/** Somebody at a browser: sees, clicks and types as people do, in the page or in whichever of its frames the thing stands. */
export class Person {
  readonly page: BrowserPage;
  readonly #url: string;
  readonly #pictureName: string;

  /** `pictureName` begins the names of their pictures. */
  constructor(page: BrowserPage, url: string, pictureName: string) {
    this.page = page;
    this.#url = url;
    this.#pictureName = pictureName;
  }

  async visit(target: string): Promise<void> {
    await this.page.goto(new URL(target, this.#url).href);
  }

  /** Resolves once this can be seen. */
  async sees(selector: string, meant: Meant = {}, withinMs?: number): Promise<void> {
    await this.until(`${visible(selector, meant)}.length > 0`, said('sees', selector, meant), withinMs);
  }

  async seesNo(selector: string, meant: Meant = {}, withinMs?: number): Promise<void> {
    await this.until(`${visible(selector, meant)}.length === 0`, said('sees no', selector, meant), withinMs);
  }

  /** The text or value of the last of what can be seen of it. */
  async reads(selector: string, meant: Meant = {}): Promise<string> {
    return await this.until<string>(
      `${visible(selector, meant)}.map(({ element }) => element.value ?? element.textContent)[0]`,
      said('reads', selector, meant),
    );
  }

  /** Clicks it once it has come to rest: pages are laid out again while they load. */
  async click(selector: string, meant: Meant = {}): Promise<void> {
    const { x, y } = await this.until<{ x: number; y: number }>(
      `(() => {
      const place = ${visible(selector, meant)}[0]?.at();
      const isSame = JSON.stringify(place) === window.placeBefore;
      window.placeBefore = JSON.stringify(place);
      return isSame ? place : undefined;
    })()`,
      said('clicks', selector, meant),
    );
    await this.page.click(x, y);
  }

  /** Writes something in place of what stands in a field. */
  async write(selector: string, text: string): Promise<void> {
    await this.click(selector);
    await this.page.evaluate(`${visible(selector, {})}[0].element.select()`);
    await this.page.type(text);
    await this.until(`${visible(selector, {})}[0].element.value === ${JSON.stringify(text)}`, `has written ${text}`);
  }

  /** Chooses in a list; what a browser shows for that is not of the page. */
  async choose(selector: string, value: string): Promise<void> {
    await this.sees(selector);
    await this.page.evaluate(`${visible(selector, {})}[0].element.value = ${JSON.stringify(value)}`);
  }

  /** Waits until it is true in the page; a failure is told by `what`. */
  async until<T>(expression: string, what: string, withinMs?: number): Promise<T> {
    try {
      return await this.page.until<T>(expression, withinMs);
    } catch (error) {
      await this.picture('failure');
      throw new Error(`${this.#pictureName} never ${what}`, { cause: error });
    }
  }

  /** The same person in another tab. */
  async tab(): Promise<Person> {
    return new Person(await this.page.tab(), this.#url, this.#pictureName);
  }

  /** Takes pictures of the page as it is, if somebody wants to look at them (`ONIONCAST_PICTURES`). */
  async picture(step: string): Promise<void> {
    const directory = process.env['ONIONCAST_PICTURES'];
    if (directory === undefined) return;
    for (const { width, height } of pictureSizes) {
      await this.page.resize(width, height);
      await this.page.screenshot(path.join(directory, `${this.#pictureName}-${step}-${width}.png`));
    }
  }
}
