import { spawn } from 'node:child_process';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type BrowserPage, openBrowser } from '../support/browsers.ts';
import { type DelayProxy, startDelayProxy } from '../support/delay-proxy.ts';
import { type HeaderProxy, startHeaderProxy } from '../support/header-proxy.ts';
import { Onioncast } from '../support/onioncast.ts';
import { chooseQuality, playing, pressKey, recorded, startRecording } from '../support/playback.ts';
import { encoderOf } from '../support/processes.ts';
import { beforeSecondTry } from '../support/second-try.ts';
import { en } from '../../src/views/texts/en.ts';

const texts = en.client;
const light = {
  ONIONCAST_ENCODER_LADDER: '360p,240p',
  ONIONCAST_ENCODER_PRESET: 'ultrafast',
  ONIONCAST_ENCODER_FRAME_RATE: '15',
};
const path = { oneWayMs: 50, jitterMs: 0 };
const notice = `(() => { const n = document.querySelector('#stage-notice'); return n && !n.hidden ? n.textContent : ''; })()`;
const noticeIs = (text: string): string => `${notice} === ${JSON.stringify(text)}`;

/** As NoScript does it: refuses media and puts something to click in the place of the picture; a click brings a picture back. */
const likeNoScript = `
  window.mayPlay = false;
  const real = MediaSource.prototype.addSourceBuffer;
  MediaSource.prototype.addSourceBuffer = function (...all) {
    if (window.mayPlay) return real.apply(this, all);
    const picture = document.querySelector('video');
    const placeholder = document.createElement('a');
    placeholder.id = 'placeholder';
    placeholder.addEventListener('click', () => { window.mayPlay = true; placeholder.replaceWith(picture.cloneNode()); });
    setTimeout(() => picture.replaceWith(placeholder), 0);
    throw new Error('blocked');
  };`;

const onlyAfterClick = (which: string): string => `
  const real = HTMLMediaElement.prototype.play;
  addEventListener('click', () => { window.clicked = true; }, true);
  HTMLMediaElement.prototype.play = function () {
    return window.clicked || !(${which}) ? real.call(this) : Promise.reject(new DOMException('', 'NotAllowedError'));
  };`;

describe('what stands on the stage with script', () => {
  let server: Onioncast;
  let front: HeaderProxy;
  let link: DelayProxy;
  let page: BrowserPage | undefined;

  async function start(): Promise<void> {
    server = await Onioncast.start({ env: light });
    await server.event('stream', (event) => event.state === 'live');
    front = await startHeaderProxy({ upstream: server.url });
    link = await startDelayProxy({ target: { port: Number(new URL(front.url).port) }, ...path });
  }

  afterEach(async () => {
    await page?.close();
    page = undefined;
  });

  async function stop(): Promise<void> {
    await link?.close();
    await front?.close();
    await server?.close();
  }

  beforeAll(start);
  afterAll(stop);

  beforeSecondTry(async () => {
    await stop();
    await start();
  });

  async function open(beforeScripts = '', port?: number): Promise<BrowserPage> {
    page = await openBrowser('chromium', { script: true, width: 1000, height: 600, beforeScripts });
    await page.goto(port === undefined ? `${server.url}/` : `http://127.0.0.1:${port}/`);
    return page;
  }

  it('nothing, while it plays; the system is told no title', async () => {
    const page = await open();
    await playing(page);
    expect(await page.evaluate(notice)).toBe('');
    expect(
      await page.evaluate('[navigator.mediaSession.metadata.title, navigator.mediaSession.metadata.artwork.length]'),
    ).toEqual([texts.video, 0]);
  });

  it('that the format is not supported', async () => {
    await (await open('MediaSource.isTypeSupported = () => false;')).until(noticeIs(texts.unsupported));
  });

  it('that media must be clicked for, where the browser blocks it; a click plays', async () => {
    const page = await open(likeNoScript);
    await page.until(noticeIs(texts.clickToPlay));
    await page.until('document.querySelector("#placeholder")');
    await page.evaluate('document.querySelector("#placeholder").click()');
    await playing(page);
    await page.until(noticeIs(''));
  });

  it('that a click plays, where nothing plays by itself', async () => {
    const page = await open(onlyAfterClick('true'));
    await page.until(noticeIs(texts.needClick));
    await page.evaluate('document.querySelector("#stage").click()');
    await playing(page);
    await page.until(noticeIs(''));
  });

  it('nothing but the button for sound, where sound needs a click', async () => {
    const page = await open(
      `try { localStorage.setItem('onioncast.sound', 'on'); } catch {} ${onlyAfterClick('!this.muted')}`,
    );
    await playing(page);
    expect(await page.evaluate(notice)).toBe('');
    expect(await page.evaluate('document.querySelector("#stage").classList.contains("muted")')).toBe(true);
  });

  it('nothing, where storage is forbidden: volume and theatre last as long as the page', async () => {
    const page = await open(
      `Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('', 'SecurityError'); } });`,
    );
    await playing(page);
    await pressKey(page, 't');
    await pressKey(page, 'm');
    expect(await page.evaluate('document.documentElement.classList.contains("theatre")')).toBe(true);
    expect(await page.evaluate('document.querySelector("video").muted')).toBe(false);
  });

  it('that nothing arrives, until something does', async () => {
    const page = await open('', link.port);
    await playing(page);
    await startRecording(page);
    link.stall(8000);
    await page.until(noticeIs(texts.reconnecting));
    await playing(page);
    await page.until(noticeIs(''));
  });

  it('that the stream was restarted, and takes it up by itself', async () => {
    const page = await open('', link.port);
    await playing(page);
    await startRecording(page);
    const back = server.nextEvent('stream', (event) => event.state === 'live');
    process.kill(encoderOf(server.pid).pid, 'SIGKILL');
    await back;
    await page.until(`window.recording.notices.includes(${JSON.stringify(texts.restarted)})`);
    await page.until(noticeIs(''));
    const { glances } = await recorded(page);
    await page.until(`document.querySelector('video').currentTime > ${(glances.at(-1)?.position ?? 0) + 1}`);
  });

  it('that the line is too slow, for whoever wants this quality; automatic brings it back', async () => {
    const page = await open('', link.port);
    await playing(page);
    await chooseQuality(page, '360p');
    link.change({ ...path, bytesPerSecond: 15_000 });
    try {
      await startRecording(page);
      await page.until(`window.recording.notices.includes(${JSON.stringify(texts.tooSlow)})`, 60_000);
      link.change(path);
      await chooseQuality(page, 'auto');
      await page.until(noticeIs(''));
      await playing(page);
    } finally {
      link.change(path);
    }
  });

  it('how far behind the picture is, for whoever goes back; and the way to live', async () => {
    const page = await open();
    await playing(page);
    await page.until('Number(document.querySelector(".timeline").min) <= -20');
    await pressKey(page, 'ArrowLeft');
    await page.until('/^1\\d s behind/.test(document.querySelector("#behind").textContent)');
    await playing(page);
    // Another quality is of the same moment.
    await chooseQuality(page, 'audio');
    await page.until('document.querySelector("video").videoHeight === 0');
    await playing(page);
    expect(await page.evaluate('document.querySelector("#behind").textContent')).toMatch(/^1\d s behind/u);
    await pressKey(page, 'l');
    await page.until(`document.querySelector('#behind').textContent === ${JSON.stringify(texts.liveEdge)}`);
    await playing(page);
  });

  it('that there is sound alone, for whoever chooses that; and the picture again', async () => {
    const page = await open();
    await playing(page);
    for (const [name, height] of [
      ['audio', 0],
      ['360p', 360],
    ] as const) {
      await chooseQuality(page, name);
      await page.until(`document.querySelector('video').videoHeight === ${height}`);
      await playing(page);
      await page.until(`document.querySelector('#stage').classList.contains('sound-alone') === ${height === 0}`);
    }
  });

  it('the picture again, for whoever comes back to the page', async () => {
    const page = await open();
    await playing(page);
    await page.goto(`${server.url}/language`);
    await page.evaluate('history.back()');
    await page.until('document.querySelector("#stage")');
    await playing(page);
  });

  it('the figures and the keys, for whoever asks for them', async () => {
    const page = await open();
    await playing(page);
    await pressKey(page, 's');
    await page.until('/^\\d+p, \\d+ kbit\\/s, \\d/.test(document.querySelector(".figures").textContent)');
    await pressKey(page, '?');
    await page.until('document.querySelector("#keys").open');
  });
});

describe('what stands on the stage before, between and after', () => {
  it('is offline, starting, then the picture, then that the broadcaster is gone, then the end', async () => {
    const env = { ...light, ONIONCAST_INGEST_GRACE: '4s' };
    const server = await Onioncast.start({ args: ['--no-tor', '--source', 'none'], env });
    const page = await openBrowser('chromium', { script: true, width: 1000, height: 600 });
    const heading = `document.querySelector('#screen').hidden ? '' : document.querySelector('#screen-heading').textContent`;
    const { server: rtmp, key } = await server.event('ingest');
    const picture = ['-re', '-f', 'lavfi', '-i', 'testsrc2=s=426x240:r=15', '-f', 'lavfi', '-i', 'sine=440'];
    const coding = [
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
      '-g',
      '15',
      '-c:a',
      'aac',
      '-f',
      'flv',
      `${rtmp}/${key}`,
    ];
    try {
      await page.goto(`${server.url}/`);
      await page.until(`(${heading}) === ${JSON.stringify(texts.states.offline.heading)}`);
      await page.evaluate(`new MutationObserver(() => { (window.headings ??= new Set()).add(${heading}); })
        .observe(document.querySelector('#stage'), { subtree: true, childList: true, characterData: true, attributes: true })`);
      const publisher = spawn('ffmpeg', ['-v', 'error', ...picture, ...coding], { stdio: 'ignore' });
      await playing(page);
      publisher.kill('SIGKILL');
      await page.until(`(${heading}) === ${JSON.stringify(texts.states.interrupted.heading)}`);
      await page.until(`(${heading}) === ${JSON.stringify(texts.states.ended.heading)}`);
      expect(await page.evaluate(`window.headings.has(${JSON.stringify(texts.states.starting.heading)})`)).toBe(true);
    } finally {
      await page.close();
      await server.close();
    }
  });
});
