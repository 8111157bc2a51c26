import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawPicture } from '../../src/captcha/picture.ts';
import { ar } from '../../src/views/texts/ar.ts';
import { en, type Texts } from '../../src/views/texts/en.ts';
import { fa } from '../../src/views/texts/fa.ts';
import { staffFields } from '../../src/views/staff-fields.ts';
import { type BrowserName, launchBrowser, likeTorBrowser, type RunningBrowser } from '../support/browsers.ts';
import { textOf } from '../../src/views/html-text.fixture.ts';
import { Person } from '../support/evening/person.ts';
import { steadyRandom } from '../support/evening/steady-random.ts';
import { Talk } from '../support/evening/talk.ts';
import { makeMedia } from '../support/ffmpeg.ts';
import { type OnionServer, startOnionServer } from '../support/onion-server.ts';
import { formIn, type RawVisitor } from '../support/raw-visitor.ts';
import { videoExpression } from '../support/watching.ts';

const captchaAnswer = drawPicture(steadyRandom()).answer;
const steadyCaptchas = fileURLToPath(new URL('../support/evening/steady-captchas.ts', import.meta.url));
/** What staff decide must be seen by everybody within this time. */
const soonMs = 2000;

let server: OnionServer;
let emotes: string;
/** Somebody else who writes. */
let nettle: RawVisitor;

beforeAll(async () => {
  emotes = await mkdtemp(path.join(tmpdir(), 'onioncast-emotes-'));
  await writeFile(path.join(emotes, 'moon.png'), dot('0xe8d48a'));
  await writeFile(path.join(emotes, 'heron.png'), dot('0x7aa6c2'));
  server = await startOnionServer({
    env: {
      ONIONCAST_SOURCE: 'test',
      ONIONCAST_CAPTCHA_ASK: 'first',
      ONIONCAST_CAPTCHA_POOL: '4',
      ONIONCAST_EMOTES_DIRECTORY: emotes,
      NODE_OPTIONS: `--import=${steadyCaptchas}`,
    },
  });
  nettle = server.neighbour();
  await solve(nettle, 'The lamps are lit along the whole canal', { name: 'Nettle' });
  await server.program.event('stream', (event) => event.state === 'live');
});

afterAll(async () => {
  await server.program.close();
  await rm(emotes, { recursive: true, force: true });
});

/** A disc of one colour on nothing. */
function dot(colour: string): Buffer {
  const disc = "format=rgba,geq=r='r(X,Y)':g='g(X,Y)':b='b(X,Y)':a='255*lt(hypot(X-32,Y-32),30)'";
  return makeMedia(
    '-f',
    'lavfi',
    '-i',
    `color=${colour}:s=64x64,${disc}`,
    '-frames:v',
    '1',
    '-f',
    'image2pipe',
    '-c:v',
    'png',
    'pipe:1',
  );
}

/** The first message of somebody. */
async function solve(visitor: RawVisitor, message: string, more: Readonly<Record<string, string>>): Promise<void> {
  const { action, fields } = formIn((await visitor.get('/chat/form')).body);
  await visitor.get(`/captcha/${fields['captcha']}.png`);
  const answers = { do: 'post', 'captcha-picture': captchaAnswer };
  const { status, body } = await visitor.post(action, { ...fields, ...answers, message, ...more });
  if (status !== 303) throw new Error(`refused: ${textOf(body)}`);
}

const modes: { browser: BrowserName; script: boolean; name: string }[] = [
  { browser: 'chromium', script: true, name: 'Juniper' },
  { browser: 'chromium', script: false, name: 'Tansy' },
  { browser: 'firefox', script: true, name: 'Bracken' },
  { browser: 'firefox', script: false, name: 'Sorrel' },
];

const rightToLeft: { browser: BrowserName; script: boolean; texts: Texts; name: string }[] = [
  { browser: 'chromium', script: true, texts: fa, name: '\u0646\u06cc\u0644\u0648\u0641\u0631' },
  { browser: 'firefox', script: false, texts: ar, name: '\u064a\u0627\u0633\u0645\u064a\u0646' },
];

describe.each(rightToLeft)('an evening from right to left in $browser, script: $script', (mode) => {
  it('goes from the first message through a time-out to the next one', async () => {
    const { script, texts, name } = mode;
    const browser = await launchBrowser(mode.browser, { script, preferences: script ? {} : likeTorBrowser() });
    try {
      const page = await browser.open();
      const person = new Person(page, server.program.url, `${texts.lang}-${mode.browser}`);
      const viewer = new Talk(person, script, texts);
      await joins(viewer);
      expect(await page.evaluate('document.dir')).toBe('rtl');
      await introduces(viewer, name);
      await talks(viewer, name);
      const undo = await timeOut('look up');
      await viewer.isTold('timed-out', 'time-out', soonMs);
      await viewer.write(`But ${name} has more to say`);
      await viewer.isRefused('timed-out');
      await person.picture('11-timed-out');
      await appeals(person, name);
      await undo();
      await viewer.send();
      await person.picture('19-is-back');
    } finally {
      await browser.close();
    }
  });
});

describe.each(modes)('an evening in $browser, script: $script', ({ browser: browserName, script, name }) => {
  let browser: RunningBrowser;

  beforeAll(async () => {
    browser = await launchBrowser(browserName, { script, preferences: script ? {} : likeTorBrowser() });
  });

  afterAll(async () => {
    await browser.close();
  });

  async function someone(role: string): Promise<Talk> {
    const pictures = `${browserName}-${script ? 'script' : 'plain'}-${role}`;
    return new Talk(new Person(await browser.open(), server.program.url, pictures), script, en);
  }

  it('goes from the first message to the last one after a ban', async () => {
    const viewer = await someone('viewer');
    await joins(viewer);
    await introduces(viewer, name);
    await talks(viewer, name);
    const broadcaster = await someone('broadcaster');
    const moderator = await someone('moderator');
    await invites(broadcaster, moderator, `Owl of ${name}`);
    await votes(broadcaster, viewer, name);
    await pins(moderator, viewer, name);
    await isTimedOut(moderator, viewer, name);
    await isBanned(broadcaster, moderator, viewer, name);
    await isBack(broadcaster, moderator, viewer, name);
    await isSentOut(moderator, viewer, name);
  });
});

async function joins({ person, texts }: Talk): Promise<void> {
  await person.visit(`/?lang=${texts.lang}`);
  await person.until(`${videoExpression}?.currentTime > 0`, 'sees the picture move');
  await person.sees('.row', { text: 'The lamps are lit' });
  await person.picture('01-joins');
}

async function introduces(viewer: Talk, name: string): Promise<void> {
  const { person } = viewer;
  await viewer.write(`Good evening from ${name}`);
  await viewer.answerCaptcha('nope');
  await viewer.isRefused('captcha-wrong');
  await person.picture('02-captcha-wrong');
  await viewer.answerCaptcha(captchaAnswer);
  await viewer.send();
  await person.seesNo('.captcha-picture');
  await viewer.openSettings();
  await person.write('[name=name]', name);
  await person.write('[name=tripcode]', `secret of ${name}`);
  await person.click('.swatch.c5');
  await person.picture('03-settings');
  await viewer.saveSettings();
  await person.sees('.settings-name', { text: name });
  await viewer.say(`Now you know who ${name} is`);
  await person.sees('.row', { text: `Now you know who ${name} is`, inner: '.name.c5' });
  await person.sees('.row', { text: `Now you know who ${name} is`, inner: '.trip' });
}

async function talks(viewer: Talk, name: string): Promise<void> {
  const { person } = viewer;
  await nettle.say(`@${name} has anybody seen the heron tonight?`);
  await person.sees('.row', { text: `@${name} has anybody`, inner: '.at' });
  await person.until(isMarked(`@${name} has anybody`), 'sees a mark on the row that names them');
  await viewer.reply(`@${name} has anybody`, `Twice, by the lock, says ${name}`);
  await viewer.write('@Nettle look up ');
  await viewer.insertEmote('moon');
  await viewer.send();
  await person.sees('.row', { text: '@Nettle look up', inner: '.emote' });
  await person.picture('04-talks');
}

/** The row that names the reader has a bar at its beginning. */
function isMarked(text: string): string {
  return ofRow(text, "borderInlineStartWidth === '3px'");
}

/** Staff still see what is hidden from others. */
function isFaded(text: string): string {
  return ofRow(text, "opacity === '0.5'");
}

function ofRow(text: string, condition: string): string {
  return `(() => {
    const inside = document.querySelector('.row') ? document : document.querySelector('iframe[name=chat]').contentDocument;
    const row = [...inside.querySelectorAll('.row')].findLast((one) => one.textContent.includes(${JSON.stringify(text)}));
    return getComputedStyle(row).${condition};
  })()`;
}

async function invites(broadcaster: Talk, moderator: Talk, label: string): Promise<void> {
  const { person } = broadcaster;
  await person.visit('/broadcaster');
  await person.write('[name=name]', 'broadcaster');
  await person.write('[name=password]', server.password);
  await person.click('.card .button');
  await person.sees('.desk');
  await person.picture('05-desk');
  await person.visit('/staff?tab=staff');
  await person.write('[name=label]', label);
  await person.click('button[value=invite]');
  const link = await person.reads('code.copyable');
  await person.picture('06-invites');
  await moderator.person.visit(link);
  await moderator.person.picture('07-invited');
  await moderator.person.click('.card .button');
  await moderator.person.click('a.button');
  await moderator.person.sees('.row .tools-link');
}

async function votes(broadcaster: Talk, viewer: Talk, name: string): Promise<void> {
  const { person } = broadcaster;
  const question = `Which way now, ${name}?`;
  await person.visit('/staff?tab=switches');
  await person.write(`[name=${staffFields.pollQuestion}]`, question);
  await person.write(`[name=${staffFields.pollOptionPrefix}1]`, 'Upstream');
  await person.write(`[name=${staffFields.pollOptionPrefix}2]`, 'Home');
  await person.picture('07-asks');
  await person.click('button[value=open-poll]');
  await person.sees('.staff-done');
  await viewer.person.sees('.poll-question', { text: question }, soonMs);
  await viewer.vote('Home');
  await viewer.person.sees('.poll-options li', { text: '1 (100 %)' }, soonMs);
  await viewer.person.picture('08-voted');
  await person.click('button[value=close-poll]');
  await viewer.person.seesNo('.poll');
  await viewer.person.sees('.announcement', { text: question });
}

async function pins(moderator: Talk, viewer: Talk, name: string): Promise<void> {
  const text = `Twice, by the lock, says ${name}`;
  await moderator.openTools(text);
  await moderator.person.picture('08-tools');
  await moderator.person.click(`button[value^="pin:"]`);
  await viewer.person.sees('.pinned', { text }, soonMs);
  await moderator.closeTools();
  await viewer.person.picture('09-pinned');
}

async function isTimedOut(moderator: Talk, viewer: Talk, name: string): Promise<void> {
  const { person } = viewer;
  await moderator.openTools(`Now you know who ${name} is`);
  await moderator.person.choose('[name=for]', '60');
  await moderator.person.write('[name=reason]', 'Let others speak');
  await moderator.person.click('button[value=time-out]');
  await moderator.person.sees('.staff-done');
  await viewer.isTold('timed-out', 'time-out', soonMs);
  await moderator.person.picture('10-has-timed-out');
  await moderator.closeTools();
  await viewer.write(`But ${name} has more to say`);
  await viewer.isRefused('timed-out');
  await person.picture('11-timed-out');
  await appeals(person, name);
}

async function appeals(person: Person, name: string): Promise<void> {
  const writer = await person.tab();
  await writer.visit('/chat/appeal');
  await writer.write('[name=appeal]', `${name} is sorry`);
  await writer.picture('12-appeals');
  await writer.click('.button');
  await writer.sees('[role=status]');
  await writer.picture('13-has-appealed');
  await writer.page.close();
}

async function isBanned(broadcaster: Talk, moderator: Talk, viewer: Talk, name: string): Promise<void> {
  const { person } = broadcaster;
  await person.visit('/staff?tab=sanctions');
  await person.sees('.appeal-text', { text: `${name} is sorry` });
  await person.picture('14-reads-appeal');
  await person.visit('/');
  await broadcaster.openTools(`Now you know who ${name} is`);
  await person.click('[name=hide-all]');
  await person.click('button[value=ban]');
  await person.sees('.staff-done', { text: name });
  await viewer.isTold('banned', 'ban', soonMs);
  await viewer.person.seesNo('.row', { text: `Now you know who ${name} is` }, soonMs);
  await viewer.person.seesNo('.row', { text: `Twice, by the lock, says ${name}` }, soonMs);
  await moderator.person.until(isFaded(`Now you know who ${name} is`), 'sees the hidden row faded', soonMs);
  await person.picture('15-has-banned');
  await viewer.isRefused('banned');
  await viewer.person.picture('16-banned');
  await moderator.person.picture('17-sees-removed');
}

async function isBack(broadcaster: Talk, moderator: Talk, viewer: Talk, name: string): Promise<void> {
  await broadcaster.person.click('.staff-done button');
  await viewer.person.sees('.row', { text: `Now you know who ${name} is` }, soonMs);
  await viewer.isRefused('timed-out');
  await moderator.person.visit('/staff?tab=log');
  await moderator.person.picture('18-log');
  await moderator.person.click('.staff-item', { text: `timed out ${name}`, inner: 'button' });
  await moderator.person.sees('.staff-done');
  await viewer.send();
  await viewer.person.sees('.row', { text: `But ${name} has more to say` });
  await viewer.person.picture('19-is-back');
}

async function isSentOut(moderator: Talk, viewer: Talk, name: string): Promise<void> {
  const { person } = moderator;
  await person.visit('/');
  await moderator.openTools(`But ${name} has more to say`);
  await person.click('button[value=kick]');
  await person.sees('.staff-done');
  await viewer.person.sees('h1, .screen-heading', { text: 'You have been sent out' }, soonMs);
  await viewer.person.picture('20-sent-out');
  await person.click('.staff-done button');
  await person.sees('.staff-done', { text: 'Taken back' });
  await viewer.person.visit('/');
  await viewer.say(`${name} says good night`);
}

/** The broadcaster times out who has just written this; the result takes it back. */
async function timeOut(text: string): Promise<() => Promise<void>> {
  const broadcaster = await server.broadcaster();
  const tools = await act(broadcaster, text, { do: 'time-out', for: '60' });
  return tools.undo;
}

/** Does something about the writer of the newest message, which must be this one. */
async function act(
  staff: RawVisitor,
  text: string,
  what: Readonly<Record<string, string>>,
): Promise<{ undo: () => Promise<void> }> {
  const [, id = '', row = ''] = /.*id="m(\d+)"(.*)/s.exec((await staff.get('/chat/log')).body) ?? [];
  expect(textOf(row)).toContain(text);
  const { action, fields } = formIn((await staff.get(`/chat/tools?m=${id}`)).body, '/chat/tools');
  const done = await staff.post(action, { ...fields, ...what });
  const undo = /value="(undo:\d+)"/.exec(done.body)?.[1] ?? '';
  return {
    undo: async () => {
      const { status } = await staff.post(action, { ...fields, do: undo });
      expect(status).toBe(200);
    },
  };
}

it('holds a ban against a new session of the same circuit, until it is taken back', async () => {
  const circuitId = 4711;
  const [first, again, broadcaster] = [
    server.visitor(circuitId),
    server.visitor(circuitId),
    await server.broadcaster(),
  ];
  await solve(first, 'One word from the circuit', {});
  const ban = await act(broadcaster, 'One word from the circuit', { do: 'ban' });
  const refusal = await again.get('/chat/form');
  expect(refusal.body).toContain('rule-banned');
  await ban.undo();
  await solve(again, 'And another one, since it was taken back', {});
});
