import type { BrowserPage } from './browsers.ts';

/** Source text that gives the video element that is seen in the watch page, with and without script: the topmost that has a picture, else the first. */
export const videoExpression = `(() => {
  const frames = [...document.querySelectorAll('iframe')].map((frame) => frame.contentDocument);
  const all = [document, ...frames].flatMap((within) => (within === null ? [] : [...within.querySelectorAll('video')]));
  return all.findLast((video) => video.readyState >= 2 && video.videoWidth > 0) ?? all[0];
})()`;

/** Source text that gives all text of the page, its frames included. */
export const allTextExpression = `[document, ...[...document.querySelectorAll('iframe')].map((frame) => frame.contentDocument)]
  .filter((d) => d && d.body).map((d) => d.body.innerText).join('\\n')`;

/** Where the picture is: which response the element plays, and how far it is in it. */
interface Place {
  readonly source: string;
  readonly seconds: number;
}

const placeExpression = `(() => {
  const video = ${videoExpression};
  return video && video.videoWidth > 0 && video.currentTime > 0
    ? { source: video.currentSrc, seconds: video.currentTime } : null;
})()`;

/**
 * Resolves once the picture has moved: the clock of one and the same element has gone on, and two screenshots differ. An element that is replaced
 * meanwhile (its frame is loaded again) is watched anew.
 */
export async function pictureMoves(page: BrowserPage, withinMs = 60_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  const left = (): number => Math.max(1, deadline - performance.now());
  while (performance.now() < deadline) {
    const before = await page.until<Place>(placeExpression, left());
    const first = await page.screenshot();
    const after = await page.until<Place>(
      `(() => {
      const place = ${placeExpression};
      const isAnother = place && place.source !== ${JSON.stringify(before.source)};
      return place && (isAnother || Math.abs(place.seconds - ${before.seconds}) > 0.5) ? place : null;
    })()`,
      left(),
    );
    if (after.source === before.source && !first.equals(await page.screenshot())) return;
  }
  throw new Error(`the picture did not move within ${withinMs} ms`);
}

/** Resolves once this text can be read in the page or one of its frames. */
export async function textAppears(page: BrowserPage, text: string, withinMs = 60_000): Promise<void> {
  await page.until(`(${allTextExpression}).includes(${JSON.stringify(text)})`, withinMs);
}

/** Writes into the chat form as a person does: click, type, send. */
export async function say(page: BrowserPage, text: string): Promise<void> {
  const place = await page.until<{ x: number; y: number; inFrame: boolean }>(findTextarea);
  await page.click(place.x, place.y);
  await page.type(text);
  if (!place.inFrame) {
    await page.press('Enter');
    return;
  }
  // Without script Enter breaks the line; the button is what comes next.
  await page.press('Tab');
  await page.press('Enter');
}

const findTextarea = `(() => {
  const middle = (outer, area, inFrame) => {
    const r = area.getBoundingClientRect();
    return { x: outer.x + r.x + r.width / 2, y: outer.y + r.y + r.height / 2, inFrame };
  };
  const isVisible = (area) => area && area.getBoundingClientRect().width > 0;
  const own = document.querySelector('textarea');
  if (isVisible(own)) return middle({ x: 0, y: 0 }, own, false);
  for (const frame of document.querySelectorAll('iframe')) {
    const area = frame.contentDocument && frame.contentDocument.querySelector('textarea');
    if (isVisible(area)) return middle(frame.getBoundingClientRect(), area, true);
  }
  return null;
})()`;
