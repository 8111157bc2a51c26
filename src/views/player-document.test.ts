import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RenditionInfo, StreamSnapshot, StreamState } from '../broadcast/stream-state.ts';
import { textOf } from './html-text.fixture.ts';
import { en } from './texts/en.ts';
import {
  type PlayerDocumentData,
  renderFirstPlayer,
  renderPlayerDocument,
  renderPlayerStrip,
} from './player-document.tsx';
import { renderPlayerUpdate } from './player-update.ts';

const rendition: RenditionInfo = {
  name: '360p',
  codec: 'h264',
  mimeType: 'video/mp4; codecs="avc1.4d401e,opus"',
  width: 640,
  height: 360,
  bandwidth: 400_000,
};
const audio: RenditionInfo = { name: 'audio', codec: 'none', mimeType: 'video/mp4; codecs="opus"', bandwidth: 40_000 };
const live: StreamSnapshot = {
  state: 'live',
  stateSeconds: 5,
  uptimeSeconds: 3725,
  title: 'Harbour',
  viewers: 2,
  renditions: [rendition, audio],
  run: 1,
};

function documentOf(snapshot: StreamSnapshot, more: Partial<PlayerDocumentData> = {}): string {
  return renderPlayerDocument({
    snapshot,
    styleHref: '/assets/style.css',
    view: 'KEY',
    choice: 'auto',
    texts: en,
    base: '',
    ...(snapshot.renditions[0] !== undefined && { rendition: snapshot.renditions[0] }),
    sound: false,
    needsLength: false,
    refreshSeconds: 0,
    ...more,
  });
}

describe('the player document', () => {
  it('reloads when it ends, and is left open', () => {
    const html = documentOf(live);
    expect(html).toContain('<meta http-equiv="refresh" content="0"/>');
    expect(html).not.toContain('</body>');
    expect(html.startsWith('<!doctype html>')).toBe(true);
  });

  it('plays the chosen rendition with the view key, muted until sound is wanted', () => {
    expect(documentOf(live)).toContain(
      '<source src="/stream/360p.mp4?view=KEY" type="video/mp4; codecs=&quot;avc1.4d401e,opus&quot;"/>',
    );
    expect(documentOf(live)).toMatch(/<video[^>]* muted/);
    expect(documentOf(live, { sound: true })).not.toMatch(/<video[^>]* muted/);
  });

  it('asks for media with a length where the browser starts nothing without', () => {
    expect(documentOf(live, { needsLength: true })).toContain('<source src="/stream/360p.mp4?view=KEY&amp;length=1"');
  });

  it('carries the viewer in every address when the browser keeps no cookie', () => {
    const addresses = [
      ...documentOf(live, { base: '/v/TOKEN' }).matchAll(/(?:src|href)="([^"]*\/(?:stream\/|player)[^"]*)"/g),
    ];
    expect(addresses.length).toBeGreaterThan(4);
    expect(
      addresses.every(([, address]) => address?.startsWith('/v/TOKEN/') === true && address.includes('view=KEY')),
    ).toBe(true);
  });

  it('offers every rendition with what it takes, and marks the chosen one', () => {
    const html = documentOf(live, { choice: '360p' });
    expect(html).toContain(
      'r=360p" title="640 × 360 pixels, 400 kbit/s" aria-current="true">360p<small>400 kbit/s</small>',
    );
    expect(html).toContain('title="No picture, 40 kbit/s">Sound only<small>40 kbit/s</small>');
    expect(html.match(/aria-current/g)).toHaveLength(1);
    expect(html).not.toContain('id="playing"');
  });

  it('says what is played when that is left to the server', () => {
    const html = documentOf(live);
    expect(html).toMatch(/r=auto"[^>]* aria-current="true">Automatic<small><span id="playing"><span>360p</);
    expect(html.match(/aria-current/g)).toHaveLength(1);
  });

  it('holds a notice of silence that leads to the same picture, with sound if that was on', () => {
    const notice = /<p class="lost"[^>]*>Nothing has arrived here for a while. <a href="([^"]*)"/;
    expect(notice.exec(documentOf(live, { sound: true, choice: '360p' }))?.[1]).toBe(
      '/player?view=KEY&amp;r=360p&amp;sound=1',
    );
  });

  it('offers no rendition of a codec that the viewer does not play', () => {
    const vp9 = { ...rendition, name: '360p-vp9', codec: 'vp9' } as const;
    const both = { ...live, renditions: [rendition, vp9, ...live.renditions.filter(({ codec }) => codec === 'none')] };
    expect(documentOf(both)).not.toContain('r=360p-vp9');
  });

  it('shows a still screen with a sentence while there is only sound, by choice or for the moment', () => {
    const sound = live.renditions.find(({ codec }) => codec === 'none');
    if (sound === undefined) throw new Error('there is no sound');
    expect(textOf(documentOf(live, { rendition: sound, choice: 'audio' }))).toContain(en.playback.soundChosen);
    expect(textOf(documentOf(live, { rendition: sound }))).toContain(en.playback.soundForNow);
    expect(documentOf(live)).not.toContain('sound-only');
  });

  it('puts title and state into one line on a phone where both fit, and only there', () => {
    expect(documentOf(live)).toContain('<div class="info brief">');
    const long = documentOf({ ...live, title: 'Evening at the harbour, with boats and tides' });
    expect(long).toContain('<div class="info">');
    expect(documentOf({ ...live, standIn: 'test-card' })).toContain('<div class="info">');
  });

  it('says what to do where no picture is seen, to whoever waits for one', () => {
    expect(textOf(documentOf(live))).toContain(en.clickToPlay);
    expect(textOf(documentOf(live, { rendition: audio }))).not.toContain(en.clickToPlay);
    const rewound = { startSeconds: 10, behindSeconds: 30 };
    expect(textOf(documentOf(live, { rewound }))).not.toContain(en.clickToPlay);
  });

  it('has something behind all formats that only browsers ask for that know none of them', () => {
    expect(documentOf(live)).toMatch(/type="[^"]*"\/><source src="\/player\/unplayable\?view=KEY"\/>/);
    expect(documentOf(live)).toMatch(/<p class="unplayed no-format" [^>]*>[^<]*<a href="[^"]*r=audio">Sound only</);
  });

  it('says so when the connection does not carry what was chosen', () => {
    expect(textOf(documentOf(live, { choice: '360p', isBehind: true }))).toContain(en.playback.tooSlow);
    expect(documentOf(live, { choice: '360p', isBehind: true })).toMatch(/<a href="[^"]*r=auto">Automatic</);
    expect(textOf(documentOf(live, { choice: '360p' }))).not.toContain(en.playback.tooSlow);
  });

  it.each<[StreamState, string]>([
    ['offline', 'Stay on this page'],
    ['starting', 'in a moment'],
    ['interrupted', 'comes back by itself'],
    ['ended', 'Thank you for watching'],
  ])('when %s covers the picture with a sentence that says what to do', (state, advice) => {
    const { uptimeSeconds: _none, ...rest } = live;
    const html = documentOf({ ...rest, state, renditions: [] });
    expect(textOf(html)).toContain(advice);
    expect(html).toContain('#screen{display:grid}');
    expect(html).toContain(`<a class="chip" href="/player?view=KEY&amp;r=auto">${en.playback.reload}</a>`);
    expect(html).not.toContain('/recordings');
    expect(documentOf({ ...rest, state, renditions: [] }, { hasRecordings: true })).toContain(
      '<a class="chip" href="/recordings" target="_top">',
    );
    expect(html).not.toContain('<video');
  });

  it('says that it is full to whoever is turned away', () => {
    const html = renderPlayerDocument({
      snapshot: live,
      styleHref: '/assets/style.css',
      view: 'KEY',
      choice: 'auto',
      texts: en,
      base: '',
      isTurnedAway: true,
      sound: false,
      needsLength: false,
      refreshSeconds: 0,
    });
    expect(textOf(html)).toContain('it tries again by itself');
    expect(html).toContain('#screen{display:grid}');
    expect(html).not.toContain('<video');
  });

  it('shows no screen while live', () => {
    expect(documentOf(live)).toContain('#screen{display:none}');
  });

  it('names frame, picture, quality and language for those who cannot see them', () => {
    const html = documentOf(live);
    expect(html).toContain('<html lang="en" dir="ltr">');
    expect(html).toContain('aria-label="Quality"');
    expect(html).toMatch(/<video[^>]* aria-label="Video"/);
  });

  it('shows a hostile title as text', () => {
    const title = '</style></title><script>alert("x")</script>';
    const html = documentOf({ ...live, title });
    expect(html).not.toContain('<script');
    expect(textOf(html)).toContain(title);
  });
});

describe('the first player document, which stands in the page', () => {
  const { renditions } = live;
  const first = renderFirstPlayer({
    snapshot: live,
    styleHref: '/assets/style.css',
    view: 'KEY',
    choice: 'auto',
    texts: en,
    base: '/v/TOKEN',
    rendition,
    needsLength: true,
  });

  it('plays at once, muted, and is whole but for its strip, after whose end the browser loads the document of the moment', () => {
    expect(first).toContain('<source src="/v/TOKEN/stream/360p.mp4?view=KEY&amp;length=1"');
    expect(first).toMatch(/<video[^>]* muted/);
    expect(first).toContain('src="/v/TOKEN/player/strip?view=KEY&amp;r=360p"');
    expect(first).toContain('<meta http-equiv="refresh" content="0; url=/v/TOKEN/player?view=KEY"/>');
    expect(first.endsWith('</body></html>')).toBe(true);
  });

  it('has no style of its own, which the policy of the page would not allow', () => {
    expect(first).not.toContain('<style');
    expect(first).not.toContain(' style=');
  });

  it('has a strip with the information, left open, whose links lead the frame of the player', () => {
    const data = {
      snapshot: live,
      styleHref: '/s.css',
      view: 'KEY',
      choice: 'auto',
      texts: en,
      base: '',
      rendition,
      sound: false,
    };
    const strip = renderPlayerStrip(data);
    expect(textOf(strip)).toContain('Harbour');
    expect(strip).not.toContain('</body>');
    expect(strip).not.toContain('<video');
    expect(strip).toContain('.waited::after{content:"');
    const links = (strip.match(/<a [^>]*>/g) ?? []).filter((link) => link !== '<a href="/stream.m3u8">');
    expect(links).toHaveLength(5 + renditions.length);
    expect(
      links.every((link) => link.includes('href="/player?view=KEY&amp;r=') && link.includes('target="_parent"')),
    ).toBe(true);
    expect(documentOf(live)).not.toContain('target=');
  });
});

describe('an update of the player document', () => {
  it('says the new facts in style rules', () => {
    const rules = renderPlayerUpdate({ ...live, title: 'Night', viewers: 1 }, en);
    expect(rules).toContain('#title::after{content:"Night"}');
    expect(rules).toContain('#viewers::after{content:"1 viewer"}');
    expect(rules).toContain('#light{--light:var(--light-live)}');
    expect(rules).toContain('animation-delay:-3725s');
  });

  it('stands in the head of the document as rules, with the quotation marks that they need', () => {
    const html = documentOf({ ...live, state: 'interrupted' });
    const [head = ''] = html.split('</head>');
    expect(head).toContain('.waited::after{content:"\\28 " counter(t) " s\\29 "}');
  });

  it('counts the wait while interrupted, and hides the clock of a broadcast that is over', () => {
    expect(renderPlayerUpdate({ ...live, state: 'interrupted', stateSeconds: 12 }, en)).toContain(
      '#waited{display:inline-flex;animation-name:waited-12;animation-delay:-12s}',
    );
    const { uptimeSeconds: _none, ...over } = live;
    expect(renderPlayerUpdate({ ...over, state: 'ended' }, en)).toContain('#uptime{display:none}');
  });

  it('is one style element whatever the title is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 128 }), (title) => {
        const update = renderPlayerUpdate({ ...live, title }, en);
        expect(update.match(/</g)).toHaveLength(2);
        expect(update.match(/[{]/g)?.length).toBe(update.match(/[}]/g)?.length);
        expect(update.endsWith('</style>')).toBe(true);
      }),
    );
  });
});
