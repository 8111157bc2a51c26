import { staffFields } from '../../../src/views/staff-fields.ts';
import type { Texts } from '../../../src/views/texts/en.ts';
import { languages } from '../../../src/views/texts/languages.ts';
import { type BrowserName, launchBrowser, likeTorBrowser } from '../browsers.ts';
import { videoExpression } from '../watching.ts';
import { Person } from './person.ts';
import type { Phrases } from './phrases.ts';
import { captchaAnswer, type Stage } from './stage.ts';
import { beginning, Talk } from './talk.ts';

/** What staff decide reaches everybody within two seconds; on a busy machine browsers take some more to show it. */
const soonMs = 5000;

/** Who plays an evening, and how. */
export interface Scene {
  readonly stage: Stage;
  readonly browser: BrowserName;
  readonly script: boolean;
  /** The words that they read. */
  readonly texts: Texts;
  readonly phrases: Phrases;
  readonly name: string;
}

/**
 * A whole evening: join, captcha, name, tripcode, talk, reply, emote, poll, be timed out, appeal, be banned, come back, be sent out and say good night,
 * with a broadcaster and a moderator who do all that in the page.
 */
export async function playEvening(scene: Scene): Promise<void> {
  const { script, texts, stage } = scene;
  const browser = await launchBrowser(scene.browser, { script, preferences: script ? {} : likeTorBrowser() });
  const someone = async (role: string): Promise<Talk> => {
    const pictures = `${texts.lang}-${scene.browser}-${script ? 'script' : 'plain'}-${role}`;
    return new Talk(new Person(await browser.open(), stage.server.program.url, pictures), script, texts);
  };
  try {
    const viewer = await someone('viewer');
    await joins(viewer);
    await introduces(scene, viewer);
    await talks(scene, viewer);
    const [broadcaster, moderator] = [await someone('broadcaster'), await someone('moderator')];
    for (const { person } of [broadcaster, moderator]) await person.visit(`/?lang=${texts.lang}`);
    await invites(scene, broadcaster, moderator);
    await votes(scene, broadcaster, viewer);
    await pins(scene, moderator, viewer);
    await isTimedOut(scene, moderator, viewer);
    await isBanned(scene, broadcaster, moderator, viewer);
    await isBack(scene, broadcaster, moderator, viewer);
    await isSentOut(scene, moderator, viewer);
  } finally {
    await browser.close();
  }
}

async function joins({ person, texts }: Talk): Promise<void> {
  await person.visit(`/?lang=${texts.lang}`);
  await person.until(`document.dir === '${languages[texts.lang].dir}'`, 'reads in their own direction');
  await person.until(`${videoExpression}?.currentTime > 0`, 'sees the picture move');
  await person.sees('.row', { text: 'The lamps are lit' });
  await person.picture('01-joins');
}

async function introduces({ phrases, name }: Scene, viewer: Talk): Promise<void> {
  const { person } = viewer;
  await viewer.write(phrases.greets(name));
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
  await viewer.say(phrases.isKnown(name));
  await person.sees('.row', { text: phrases.isKnown(name), inner: '.name.c5' });
  await person.sees('.row', { text: phrases.isKnown(name), inner: '.trip' });
}

async function talks({ stage, phrases, name }: Scene, viewer: Talk): Promise<void> {
  const { person } = viewer;
  await stage.nettle.say(phrases.asks(name));
  await person.sees('.row', { text: phrases.asks(name), inner: '.at' });
  await person.until(isMarked(phrases.asks(name)), 'sees a mark on the row that names them');
  await viewer.reply(phrases.asks(name), phrases.answers(name));
  await viewer.write(phrases.pointsUp);
  await viewer.insertEmote('moon');
  await viewer.send();
  await person.sees('.row', { text: phrases.pointsUp.trim(), inner: '.emote' });
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

async function invites({ stage, phrases, name }: Scene, broadcaster: Talk, moderator: Talk): Promise<void> {
  const { person } = broadcaster;
  await person.visit('/broadcaster');
  await person.write('[name=name]', 'broadcaster');
  await person.write('[name=password]', stage.server.password);
  await person.click('.card .button');
  await person.sees('.desk');
  await person.picture('05-desk');
  await person.visit('/staff?tab=staff');
  await person.write('[name=label]', phrases.moderates(name));
  await person.click('button[value=invite]');
  const link = await person.reads('code.copyable');
  await person.picture('06-invites');
  await moderator.person.visit(link);
  await moderator.person.picture('07-invited');
  await moderator.person.click('.card .button');
  await moderator.person.click('a.button');
  await moderator.person.sees('.row .tools-link');
}

async function votes({ phrases, name }: Scene, broadcaster: Talk, viewer: Talk): Promise<void> {
  const { person } = broadcaster;
  const question = phrases.polls(name);
  await person.visit('/staff?tab=switches');
  await person.write(`[name=${staffFields.pollQuestion}]`, question);
  await person.write(`[name=${staffFields.pollOptionPrefix}1]`, phrases.options[0]);
  await person.write(`[name=${staffFields.pollOptionPrefix}2]`, phrases.options[1]);
  await person.picture('07-asks');
  await person.click('button[value=open-poll]');
  await person.sees('.staff-done');
  await viewer.person.sees('.poll-question', { text: question }, soonMs);
  await viewer.vote(phrases.options[1]);
  await viewer.person.sees('.poll-options li', { text: '1 (100 %)' }, soonMs);
  await viewer.person.picture('08-voted');
  await person.click('button[value=close-poll]');
  await viewer.person.seesNo('.poll');
  await viewer.person.sees('.announcement', { text: question });
}

async function pins({ phrases, name }: Scene, moderator: Talk, viewer: Talk): Promise<void> {
  const text = phrases.answers(name);
  await moderator.openTools(text);
  await moderator.person.picture('08-tools');
  await moderator.person.click(`button[value^="pin:"]`);
  await viewer.person.sees('.pinned', { text }, soonMs);
  await moderator.closeTools();
  await viewer.person.picture('09-pinned');
}

async function isTimedOut({ phrases, name }: Scene, moderator: Talk, viewer: Talk): Promise<void> {
  const { person } = viewer;
  await moderator.openTools(phrases.isKnown(name));
  await moderator.person.choose('[name=for]', '60');
  await moderator.person.write('[name=reason]', phrases.reason);
  await moderator.person.click('button[value=time-out]');
  await moderator.person.sees('.staff-done');
  await viewer.isTold('timed-out', 'time-out', soonMs);
  await moderator.person.picture('10-has-timed-out');
  await moderator.closeTools();
  await viewer.write(phrases.saysMore(name));
  await viewer.isRefused('timed-out');
  await person.picture('11-timed-out');
  await appeals({ phrases, name }, person);
}

async function appeals({ phrases, name }: Pick<Scene, 'phrases' | 'name'>, person: Person): Promise<void> {
  const writer = await person.tab();
  await writer.visit('/chat/appeal');
  await writer.write('[name=appeal]', phrases.isSorry(name));
  await writer.picture('12-appeals');
  await writer.click('.button');
  await writer.sees('[role=status]');
  await writer.picture('13-has-appealed');
  await writer.page.close();
}

async function isBanned({ phrases, name }: Scene, broadcaster: Talk, moderator: Talk, viewer: Talk): Promise<void> {
  const { person } = broadcaster;
  await person.visit('/staff?tab=sanctions');
  await person.sees('.appeal-text', { text: phrases.isSorry(name) });
  await person.picture('14-reads-appeal');
  await person.visit('/');
  await broadcaster.openTools(phrases.isKnown(name));
  await person.click('[name=hide-all]');
  await person.click('button[value=ban]');
  await person.sees('.staff-done', { text: name });
  await viewer.isTold('banned', 'ban', soonMs);
  await viewer.person.seesNo('.row', { text: phrases.isKnown(name) }, soonMs);
  await viewer.person.seesNo('.row', { text: phrases.answers(name) }, soonMs);
  await moderator.person.until(isFaded(phrases.isKnown(name)), 'sees the hidden row faded', soonMs);
  await person.picture('15-has-banned');
  await viewer.isRefused('banned');
  await viewer.person.picture('16-banned');
  await moderator.person.picture('17-sees-removed');
}

async function isBack({ phrases, name }: Scene, broadcaster: Talk, moderator: Talk, viewer: Talk): Promise<void> {
  await broadcaster.person.click('.staff-done button');
  await viewer.person.sees('.row', { text: phrases.isKnown(name) }, soonMs);
  await viewer.isRefused('timed-out');
  await moderator.person.visit('/staff?tab=log');
  await moderator.person.picture('18-log');
  await moderator.person.click('.staff-item', {
    text: `${moderator.texts.staff.acts['time-out']} ${name}`,
    inner: 'button',
  });
  await moderator.person.sees('.staff-done');
  await viewer.send();
  await viewer.person.sees('.row', { text: phrases.saysMore(name) });
  await viewer.person.picture('19-is-back');
}

async function isSentOut({ phrases, name }: Scene, moderator: Talk, viewer: Talk): Promise<void> {
  const { person } = moderator;
  await person.visit('/');
  await moderator.openTools(phrases.saysMore(name));
  await person.click('button[value=kick]');
  await person.sees('.staff-done');
  await viewer.person.sees('h1, .screen-heading', { text: beginning(viewer.texts.staff.standing.kick) }, soonMs);
  await viewer.person.picture('20-sent-out');
  await person.click('.staff-done button');
  await person.sees('.staff-done', { text: moderator.texts.staff.undone });
  await viewer.person.visit('/');
  await viewer.say(phrases.endsWith(name));
}
