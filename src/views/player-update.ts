import type { StreamSnapshot } from '../broadcast/stream-state.ts';
import { cssString } from './css-string.ts';
import { describeSnapshot, type SnapshotText } from './snapshot-text.ts';
import type { Texts } from './texts/en.ts';

/** Style rules that the information needs from the start: what stands around the seconds, and since when they count. */
export function informationRules(snapshot: StreamSnapshot, texts: Texts): string {
  return waitedRule(texts) + clockRules(snapshot, texts);
}

/**
 * Style rules, to be appended to an open player document, that bring it up to date: title, state, viewers, uptime.
 * Only for documents that are already open, since the clock counts from the moment the rules arrive.
 */
export function renderPlayerUpdate(snapshot: StreamSnapshot, texts: Texts): string {
  const text = describeSnapshot(snapshot, texts);
  const rules = [
    textRule('title', text.title),
    textRule('sentence', text.sentence),
    textRule('viewers', text.viewers),
    `#light{--light:var(--light-${text.light})}`,
    screenRule(text.screen),
    ...(text.screen === undefined
      ? []
      : [textRule('screen-heading', text.screen.heading), textRule('screen-advice', text.screen.advice)]),
    clockRules(snapshot, texts),
  ];
  return `<style>${rules.join('')}</style>`;
}

/** The words that were there give way to these. */
export function textRule(id: string, text: string): string {
  return `#${id}>*{display:none}#${id}::after{content:${cssString(text)}}`;
}

/** The style rule that shows or hides what covers the picture. */
export function screenRule(screen: SnapshotText['screen']): string {
  return `#screen{display:${screen === undefined ? 'none' : 'grid'}}`;
}

/** To be appended to a document whose browser has asked for the picture: nothing needs to be said about those that do not. */
export const askedRule = '<style>.blocked{display:none}</style>';

/** To be appended to a document whose browser knows none of the formats that are offered. */
export const unplayableRule = '<style>.blocked{display:none}.no-format{display:block}</style>';

/** Whatever rules come later: this document has no screen. */
export const noScreenRule = '.stage>#screen{display:none!important}';

/** What stands around the counted seconds is a sentence of the catalogue. */
function waitedRule({ client }: Texts): string {
  const [before = '', after = ''] = client.waited.split('{n}');
  return `.waited::after{content:${cssString(before)} counter(t) ${cssString(after)}}`;
}

function clockRules(snapshot: StreamSnapshot, texts: Texts): string {
  const { uptimeSeconds, waitedSeconds } = describeSnapshot(snapshot, texts);
  return clockRule('uptime', uptimeSeconds) + clockRule('waited', waitedSeconds);
}

/** A name of its own for each start makes the animation begin anew: moving the start of a running one would count from where that one began. */
function clockRule(id: string, seconds: number | undefined): string {
  if (seconds === undefined) return `#${id}{display:none}`;
  const start = Math.max(0, Math.floor(seconds));
  const name = `${id}-${start}`;
  return `@keyframes ${name}{from{--t:0}to{--t:8640000}}#${id}{display:inline-flex;animation-name:${name};animation-delay:-${start}s}`;
}
