import { build } from 'esbuild';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BrowserName, type BrowserPage, openBrowser } from '../support/browsers.ts';

/** What is done to the list: rows of these ids come or go. */
interface Step {
  readonly what: 'put' | 'remove' | 'trim' | 'clear';
  readonly ids: readonly number[];
}

/** Three messages a day. */
const dayOf = (id: number): string => `2026-11-${10 + Math.floor(id / 3)}`;

/** A row of these ids as the server sends them, the date among them when the server thinks that it belongs there. */
const rowOf = (id: number, withDate: boolean): string =>
  `${withDate ? `<div class="day"><time datetime="${dayOf(id)}">${dayOf(id)}</time></div>` : ''}` +
  `<div class="row" id="m${id}"><a class="quote q${id - 1}">"</a><time datetime="${dayOf(id)}T12:00:00Z"></time></div>`;

/** What must be there: ids in order, and a date between rows of different days. */
function expected(steps: readonly Step[]): string[] {
  let ids: number[] = [];
  for (const step of steps) {
    if (step.what === 'clear') ids = [];
    else if (step.what === 'trim') ids = ids.slice(-4);
    else if (step.what === 'remove') ids = ids.filter((id) => !step.ids.includes(id));
    else ids = [...new Set([...ids, ...step.ids])].toSorted((a, b) => a - b);
  }
  return ids.flatMap((id, index) => {
    const above = ids[index - 1];
    return above !== undefined && dayOf(above) !== dayOf(id) ? [dayOf(id), `m${id}`] : [`m${id}`];
  });
}

const step = fc.record({
  what: fc.constantFrom('put', 'put', 'put', 'remove', 'remove', 'trim', 'clear'),
  ids: fc.array(fc.integer({ min: 1, max: 15 }), { minLength: 1, maxLength: 4 }),
});

describe.each<BrowserName>(['chromium', 'firefox'])('the rows of the log in %s', (browser) => {
  let page: BrowserPage;

  beforeAll(async () => {
    page = await openBrowser(browser, { script: true });
    const { outputFiles } = await build({
      stdin: {
        contents: "import { RowList } from './client/row-list.ts'; window.RowList = RowList;",
        resolveDir: process.cwd(),
      },
      bundle: true,
      write: false,
      format: 'iife',
    });
    await page.goto('about:blank');
    await page.evaluate(outputFiles[0]?.text ?? '');
  });

  afterAll(async () => {
    await page.close();
  });

  async function shownAfter(steps: readonly Step[]): Promise<string[]> {
    const markup = steps.map(({ what, ids }) => ({
      what,
      ids,
      html: ids.map((id) => rowOf(id, id % 3 === 0)).join(''),
    }));
    return await page.evaluate(`(() => {
      document.body.innerHTML = '<div id="log"><p class="chat-empty"></p></div>';
      const log = document.getElementById('log');
      const list = new RowList(log);
      for (const { what, ids, html } of ${JSON.stringify(markup)}) {
        const template = document.createElement('template');
        template.innerHTML = html;
        if (what === 'put') list.put(template.content);
        else if (what === 'remove') list.remove(ids);
        else if (what === 'trim') list.trim(4);
        else list.clear();
      }
      return [...log.children].map((each) => each.id || each.textContent).filter((text) => text !== '');
    })()`);
  }

  it('are in the order of their ids, with a date exactly where another day begins, whatever comes and goes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const shown = await shownAfter(steps);
        // The first row may have its date.
        expect(shown[0]?.startsWith('2026') === true ? shown.slice(1) : shown).toEqual(expected(steps));
      }),
      { numRuns: 150 },
    );
  });

  it('lose what they quote of a row that is removed', async () => {
    await shownAfter([{ what: 'put', ids: [1, 2] }]);
    const quotes = await page.evaluate(`(() => {
      const list = new RowList(document.getElementById('log'));
      list.remove([1]);
      return document.querySelectorAll('.quote').length;
    })()`);
    expect(quotes).toBe(1);
  });
});
