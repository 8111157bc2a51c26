import type { BrowserPage } from './browsers.ts';

/** One look at the picture. Times in seconds. */
export interface Glance {
  readonly at: number;
  readonly position: number;
  /** Pictures shown so far. */
  readonly frames: number;
  readonly height: number;
  /** How much is buffered behind the position. */
  readonly ahead: number;
}

/** What has been seen and heard of the media element of the page with script. */
export interface Recording {
  readonly glances: readonly Glance[];
  /** Media events by name, with the time. */
  readonly events: readonly { readonly type: string; readonly at: number }[];
  /** Every sentence that stood over the picture, in order. */
  readonly notices: readonly string[];
}

/** Lets the page write down what its picture does, from now on. */
export async function startRecording(page: BrowserPage): Promise<void> {
  await page.evaluate(`(() => {
    const video = document.querySelector('video');
    const now = () => performance.now() / 1000;
    const notice = document.querySelector('#stage-notice');
    const recording = { glances: [], events: [], notices: [] };
    window.recording = recording;
    for (const type of ['waiting', 'seeking', 'emptied', 'error', 'resize'])
      video.addEventListener(type, () => recording.events.push({ type, at: now() }));
    new MutationObserver(() => { if (!notice.hidden && recording.notices.at(-1) !== notice.textContent) recording.notices.push(notice.textContent); })
      .observe(notice, { attributes: true, childList: true, characterData: true, subtree: true });
    setInterval(() => {
      const { buffered, currentTime, videoHeight } = video;
      recording.glances.push({
        at: now(), position: currentTime, height: videoHeight,
        frames: video.getVideoPlaybackQuality().totalVideoFrames,
        ahead: buffered.length === 0 ? 0 : buffered.end(buffered.length - 1) - currentTime,
      });
    }, 40);
  })()`);
}

/** What was written down so far. */
export async function recorded(page: BrowserPage): Promise<Recording> {
  return await page.evaluate<Recording>('window.recording');
}

/** On the page's own clock, in seconds. */
export async function pageTime(page: BrowserPage): Promise<number> {
  return await page.evaluate<number>('performance.now() / 1000');
}

/** Seconds in which the same picture stood, as far as it stood longer than `tolerated`, since a time of the page's clock. */
export function frozenSeconds({ glances }: Recording, since: number, tolerated = 0.25): number {
  let frozen = 0;
  let shown = glances.find(({ at }) => at >= since);
  for (const glance of glances) {
    if (shown === undefined || glance.at < since || glance.frames === shown.frames) continue;
    if (glance.at - shown.at > tolerated) frozen += glance.at - shown.at;
    shown = glance;
  }
  const last = glances.at(-1);
  const tail = last === undefined || shown === undefined ? 0 : last.at - shown.at;
  return frozen + (tail > tolerated ? tail : 0);
}

/** Resolves once the page with script plays. */
export async function playing(page: BrowserPage): Promise<void> {
  await page.until(
    `(() => { const v = document.querySelector('video'); return v && !v.paused && v.currentTime > 0 && v.readyState > 2; })()`,
  );
}

/** Chooses in the menu of qualities as a person does. */
export async function chooseQuality(page: BrowserPage, name: string): Promise<void> {
  await page.evaluate(`(() => {
    const menu = document.querySelector('#quality');
    menu.value = ${JSON.stringify(name)};
    menu.dispatchEvent(new Event('change', { bubbles: true }));
  })()`);
}

/** Says what was measured, for whoever reads the output of the tests. */
export function tell(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Presses a key on the page. */
export async function pressKey(page: BrowserPage, key: string): Promise<void> {
  await page.evaluate(
    `document.dispatchEvent(new KeyboardEvent('keydown', { key: ${JSON.stringify(key)}, bubbles: true, cancelable: true }))`,
  );
}
