import { describe, expect, it } from 'vitest';
import type { RenditionInfo, StreamSnapshot } from '../broadcast/stream-state.ts';
import { renderPlayerDocument } from './player-document.tsx';
import { en } from './texts/en.ts';
import { clockText } from './time-text.ts';

const rendition: RenditionInfo = {
  name: '360p',
  codec: 'h264',
  mimeType: 'video/mp4; codecs="avc1.4d401e,opus"',
  pictureMimeType: 'video/mp4; codecs="avc1.4d401e"',
  width: 640,
  height: 360,
  bandwidth: 400_000,
};
const live: StreamSnapshot = {
  ...{ state: 'live', stateSeconds: 5, title: 'Harbour', viewers: 2, run: 1, rewindSeconds: 300 },
  renditions: [rendition],
};

function documentOf(snapshot: StreamSnapshot, behindSeconds?: number, startSeconds = 1234.5671): string {
  return renderPlayerDocument({
    ...{ snapshot, rendition, styleHref: '', view: 'KEY', choice: '360p', texts: en, base: '' },
    ...{ sound: false, needsLength: false, refreshSeconds: 0 },
    ...(behindSeconds !== undefined && { rewound: { startSeconds, behindSeconds } }),
  });
}

/** What links lead to, by their words. */
function links(html: string): Map<string, string> {
  return new Map(
    [...html.matchAll(/<a [^>]*href="([^"]*)"[^>]*>([^<]*)</g)].map(([, href = '', text = '']) => [text, href]),
  );
}

describe('ways back', () => {
  it('lead from the newest moment five minutes and half a minute back', () => {
    const found = links(documentOf(live));
    expect(found.get('\u22125\u00a0min')).toBe('/player?view=KEY&amp;r=360p&amp;ago=300');
    expect(found.get('\u221230\u00a0s')).toBe('/player?view=KEY&amp;r=360p&amp;ago=30');
    expect(found.has('+30\u00a0s')).toBe(false);
  });

  it('count from where the picture is, lead forward again, and to live', () => {
    const found = links(documentOf(live, 62.4));
    expect(found.get('\u221230\u00a0s')).toContain('ago=92');
    expect(found.get('+30\u00a0s')).toContain('ago=32');
    expect(found.get(en.goLive)).not.toContain('ago');
    expect(found.get('360p')).toContain('ago=62');
    expect(found.get(en.soundOn)).toContain('ago=62');
  });

  it('are not there where nobody may go back', () => {
    const { rewindSeconds: _, ...without } = live;
    expect(documentOf(without)).not.toContain('ago=');
  });
});

describe('the player document of somebody who has gone back', () => {
  it('plays from that time, with the sound that may be turned on', () => {
    const html = documentOf(live, 300);
    expect(html).toContain(
      '<source src="/stream/360p.mp4?view=KEY&amp;from=1234.568" type="video/mp4; codecs=&quot;avc1.4d401e,opus&quot;"/>',
    );
    expect(html).toMatch(/<video[^>]* muted/);
  });

  it('says how far behind it is in place of a state that is not what is seen', () => {
    const html = documentOf(live, 300);
    expect(html).toContain('5:00 behind live');
    expect(html).not.toContain(en.states.live.sentence);
  });

  it('shows no screen over its picture while the newest moment has none', () => {
    const html = documentOf({ ...live, state: 'interrupted' }, 300);
    expect(html).toContain('#screen{display:none!important}');
    expect(html).not.toContain(en.states.interrupted.heading);
  });
});

describe('a time as clocks show it', () => {
  it.each([
    [0, '0:00'],
    [7, '0:07'],
    [300, '5:00'],
    [3600, '1:00:00'],
    [3723, '1:02:03'],
  ])('%d seconds are %s', (seconds, text) => {
    expect(clockText(seconds)).toBe(text);
  });
});
