import fc from 'fast-check';
import { earlyMediaScript } from './early-media.ts';
import { describe, expect, it, test } from 'vitest';
import type { RenditionInfo, StandIn, StreamSnapshot } from '../broadcast/stream-state.ts';
import { textOf } from './html-text.fixture.ts';
import { renderErrorPage } from './error-page.tsx';
import { renderPlayerStrip } from './player-document.tsx';
import { describeSnapshot } from './snapshot-text.ts';
import { offeredLanguages } from './texts/catalogues.ts';
import { en } from './texts/en.ts';
import { renderWatchPage, type WatchPageData } from './watch-page.tsx';

const snapshot: StreamSnapshot = {
  state: 'live',
  stateSeconds: 1,
  uptimeSeconds: 1,
  title: 'Harbour',
  viewers: 1,
  renditions: [
    {
      name: '360p',
      codec: 'h264',
      mimeType: 'video/mp4; codecs="avc1.4d401e,opus"',
      width: 640,
      height: 360,
      bandwidth: 4e5,
    },
  ],
  run: 1,
};
const bare: RenditionInfo = { name: '360p', codec: 'h264', mimeType: 'video/mp4', bandwidth: 4e5 };
const data: WatchPageData = {
  snapshot,
  assets: {
    style: '/assets/style.css',
    script: '/assets/main.js',
    staffStyle: '/staff.css',
    staffScript: '/staff.js',
    hlsScript: '/assets/main-hls.js',
    hlsLibrary: '/assets/hls.js',
  },
  siteName: 'Onioncast',
  about: 'Boats & <tides>',
  view: 'KEY',
  choice: 'auto',
  texts: en,
  base: '',
  languages: offeredLanguages(),
  script: true,
  chat: { limits: { maxCharacters: 512, maxLines: 8, maxNameCharacters: 24 } },
};

/** The page as a browser without script sees it. */
function withoutScript(html: string): string {
  return html.replace(/<script.*?<\/script>/g, '');
}

describe('the watch page', () => {
  it('names other addresses of the same stream, where there are some', () => {
    const address = `${'b'.repeat(56)}.onion`;
    const html = renderWatchPage({ ...data, elsewhere: [address] });
    expect(html).toContain(`<a href="http://${address}/" dir="ltr">bbbbbbbbbbbb…</a>`);
    expect(html).toContain(en.alsoAt);
    expect(renderWatchPage(data)).not.toContain(en.alsoAt);
  });

  it('asks for the stream before its script has come, word for word as the policy allows, and only where there is a stream', () => {
    const html = renderWatchPage(data);
    expect(html).toContain(`<script data-url="/stream/360p.mp4">${earlyMediaScript}</script>`);
    expect(html.indexOf('data-url')).toBeLessThan(html.indexOf('type="module"'));
    expect(renderWatchPage({ ...data, snapshot: { ...snapshot, renditions: [] } })).not.toContain('data-url');
    expect(renderWatchPage({ ...data, script: false })).not.toContain('<script');
  });

  it('asks for it before the style sheet as well, for which browsers let a script wait', () => {
    const html = renderWatchPage(data);
    expect(html.indexOf('data-url')).toBeLessThan(html.indexOf('rel="stylesheet"'));
  });

  it('holds what of its files it is given, and asks for the others', () => {
    const file = (text: string) => ({ text, source: "'sha256-x'" });
    const inlined = { style: file('a>b{c:d}'), script: file('a<b&&c'), firstPlayerStyle: file('e>f{g:h}') };
    const firstPlayer = { rendition: { ...bare, width: 640, height: 360 }, needsLength: false };
    const html = renderWatchPage({ ...data, inlined, firstPlayer });
    expect(html).toContain('<style>a>b{c:d}</style>');
    expect(html).toContain('<script type="module">a<b&&c</script>');
    expect(html).toContain('&lt;style>e>f{g:h}&lt;/style>');
    expect(html).not.toContain('stylesheet');
    expect(html).not.toContain(data.assets.script);
    const soundAlone = renderWatchPage({ ...data, inlined, firstPlayer: { rendition: bare, needsLength: false } });
    expect(soundAlone).toContain('stylesheet');
  });

  it('lets the frames beside the picture go on to their addresses, so that the media is asked for before them', () => {
    const html = renderWatchPage({ ...data, firstPlayer: { rendition: bare, needsLength: false } });
    for (const address of ['/chat', '/chat/form']) {
      expect(html).toMatch(
        new RegExp(
          `src="${address}" srcdoc="[^"]*&lt;meta http-equiv=&quot;refresh&quot; content=&quot;0; url=${address}&quot;`,
        ),
      );
    }
  });

  it('shows what the site says about itself as text', () => {
    expect(renderWatchPage(data)).toContain('<p class="about">Boats &amp; &lt;tides></p>');
    expect(renderWatchPage({ ...data, about: '' })).not.toContain('class="about"');
  });

  it('has the three frames in noscript, and nothing of the script outside its blocks', () => {
    const html = withoutScript(renderWatchPage(data));
    expect(html.match(/<noscript><iframe/g)).toHaveLength(2);
    expect(html.match(/<iframe/g)).toHaveLength(3);
    expect(html).not.toContain('<textarea');
    expect(html).not.toContain('<video');
  });

  it('without script is the same page with the frames in the open', () => {
    const html = renderWatchPage({ ...data, script: false });
    expect(html).not.toContain('<script');
    expect(html).not.toContain('<noscript');
    expect(html.match(/<iframe/g)).toHaveLength(3);
    expect(html).toContain('href="/"');
  });

  it('lets whoever has no script load the messages anew, in their frame', () => {
    const html = renderWatchPage({ ...data, script: false });
    expect(html).toMatch(/<iframe[^>]* name="chat"/);
    expect(html).toMatch(/<a [^>]*href="\/chat" target="chat"[^>]*>Reload<\/a>/);
    expect(renderWatchPage(data)).toMatch(/<noscript><a [^>]*target="chat"/);
  });

  it('holds the first player document where there is a picture, beside the address of one for browsers that want that', () => {
    for (const script of [true, false]) {
      const html = renderWatchPage({ ...data, script, firstPlayer: { rendition: bare, needsLength: false } });
      expect(html).toMatch(
        /<iframe[^>]* src="\/player\?view=KEY" srcdoc="&lt;!doctype html>&lt;html[^"]*stream\/360p[^"]*"/,
      );
      expect(html.match(/<iframe/g)).toHaveLength(3);
      expect(renderWatchPage({ ...data, script })).not.toContain('srcdoc');
    }
  });

  it('can be read in a text browser: title, state, a way to the chat', () => {
    const html = withoutScript(renderWatchPage(data));
    expect(textOf(html)).toContain('Harbour');
    expect(textOf(html)).toContain('Live now.');
    expect(html).toContain('href="/chat/log"');
  });

  it('offers the version without script where script may run, in a link that browsers without it hide', () => {
    expect(renderWatchPage(data)).toMatch(/<a class="[^"]*to-plain[^"]*" href="\/\?script=0"/);
    expect(renderWatchPage({ ...data, script: false })).not.toContain('script=0');
  });

  it('names every frame and control', () => {
    const html = renderWatchPage(data);
    for (const frame of html.match(/<iframe[^>]*>/g) ?? []) expect(frame).toMatch(/ title="[^"]+"/);
    for (const button of html.match(/<button.*?<\/button>/g) ?? []) {
      expect(button.includes('aria-label="') || textOf(button).trim() !== '' || button.includes('hidden')).toBe(true);
    }
    for (const field of html.match(/<(?:input|select|textarea)(?![^>]*type="hidden")[^>]*>/g) ?? []) {
      expect(field.includes('aria-label="') || field.includes('name="name"')).toBe(true);
    }
    expect(html).toMatch(/<main/);
    expect(html).toContain('aria-live="polite"');
  });

  it('keeps room for a long title, and lets the keyboard come to one that is cut off', () => {
    const rooms = ['Quay', 'Evening at the harbour', 'x'.repeat(128)].map((title) => {
      const firstPlayer = { rendition: bare, needsLength: false };
      return renderWatchPage({ ...data, firstPlayer, snapshot: { ...snapshot, title } });
    });
    expect(rooms.map((html) => /<body class="page watch(.*?)"/.exec(html)?.[1])).toEqual(['', ' room-1', ' room-2']);
    const strip = (title: string) =>
      renderPlayerStrip({ ...data, rendition: bare, sound: false, styleHref: '', snapshot: { ...snapshot, title } });
    expect(strip('Quay')).toMatch(/<h1 class="info-title" dir="auto">/);
    expect(strip('x'.repeat(128))).toMatch(/<h1 class="info-title" dir="auto" tabindex="0">/);
  });

  it('puts the viewer into the addresses of frames only when told to', () => {
    const html = renderWatchPage({ ...data, base: '/v/TOKEN' });
    expect(html).toContain('src="/v/TOKEN/player?view=KEY"');
    expect(html).toContain('src="/v/TOKEN/chat/form"');
    expect(renderWatchPage(data)).not.toContain('/v/');
  });

  it('shows a hostile title as text, in the page and in the blocks for the script', () => {
    const firstPlayer = { rendition: bare, needsLength: false };
    const expected = tagNames(renderWatchPage({ ...data, firstPlayer }));
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary', maxLength: 80 }),
          fc.constantFrom('</script><img src=x onerror=alert(1)>', '"><b>'),
        ),
        (title) => {
          const html = renderWatchPage({ ...data, firstPlayer, snapshot: { ...snapshot, title } });
          expect(tagNames(html)).toEqual(expected);
        },
      ),
    );
  });
});

describe('the sentences of a snapshot', () => {
  it.each([
    [0, '0 viewers'],
    [1, '1 viewer'],
    [2, '2 viewers'],
  ])('%d people are %s', (viewers, text) => {
    expect(describeSnapshot({ ...snapshot, viewers }, en).viewers).toBe(text);
  });

  it('has a light and a sentence for every state, and a screen for all but live', () => {
    const states = ['offline', 'starting', 'live', 'interrupted', 'ended'] as const;
    const described = states.map((state) => describeSnapshot({ ...snapshot, state }, en));
    expect(described.map(({ light }) => light)).toEqual(['off', 'trouble', 'live', 'trouble', 'ended']);
    expect(new Set(described.map(({ sentence }) => sentence)).size).toBe(states.length);
    expect(described.map(({ screen }) => screen !== undefined)).toEqual([true, true, false, true, true]);
  });

  it('says of what stands in for a broadcast that it is none, though it is played like one', () => {
    const told = (standIn: StandIn) => describeSnapshot({ ...snapshot, standIn }, en);
    expect(told('test-card')).toMatchObject({ light: 'off', sentence: en.states.offline.sentence });
    expect(told('test-card').uptimeSeconds).toBeUndefined();
    expect(told('slate')).toMatchObject({
      light: 'trouble',
      sentence: en.states.interrupted.sentence,
      uptimeSeconds: 1,
    });
    for (const standIn of ['test-card', 'slate'] as const) expect(told(standIn).screen).toBeUndefined();
    // Nothing is played that could stand in for anything.
    expect(describeSnapshot({ ...snapshot, state: 'ended', standIn: 'slate' }, en).light).toBe('ended');
  });

  it('calls a stream without a title by a plain name', () => {
    expect(describeSnapshot({ ...snapshot, title: '' }, en).title).toBe('Live stream');
  });
});

describe('an error page', () => {
  it('says one sentence and one way out', () => {
    const html = renderErrorPage({
      status: 404,
      code: 'NOT_FOUND',
      texts: en,
      base: '/in/de',
      styleHref: '/s.css',
      hasDesk: true,
    });
    expect(textOf(html)).toContain('There is nothing at this address.');
    expect(html.match(/class="button/g)).toHaveLength(1);
    expect(html).toContain('class="button" href="/in/de/"');
  });

  it.each([
    ['LOGIN_NEEDED', true, ['/broadcaster', '/']],
    ['FORM_EXPIRED', true, ['/broadcaster', '/']],
    ['STAFF_ONLY', true, ['/#chat', '/broadcaster']],
    // There is no login where this page is shown.
    ['STAFF_ONLY', false, ['/#chat']],
  ] as const)('leads from %s to where one can do something about it; with a desk here: %s', (code, hasDesk, ways) => {
    const html = renderErrorPage({ status: 403, code, hasDesk, texts: en, base: '/in/de', styleHref: '/s.css' });
    const hrefs = [...html.matchAll(/class="button[^"]*" href="([^"]*)" target="_top"/g)].map(([, href]) => href);
    expect(hrefs).toEqual(ways.map((way) => `/in/de${way}`));
    expect(textOf(html)).toContain(en.errors[code]);
    expect(textOf(html).includes(en.staff.wayIn)).toBe(code === 'STAFF_ONLY');
  });

  it('brings what staff need to staff alone', () => {
    const forAll = renderWatchPage(data);
    const forStaff = renderWatchPage({ ...data, capcode: 'moderator' });
    // With script too the form says under which mark they write.
    for (const asset of ['/staff.css', '/staff.js', 'href="/staff"', 'class="badge badge-moderator"']) {
      expect(forAll).not.toContain(asset);
      expect(forStaff).toContain(asset);
    }
  });
});

function tagNames(html: string): string[] {
  return (html.match(/<\/?[a-z0-9]+/g) ?? []).filter((tag) => tag !== '');
}

test('what the script is told cannot end its block, whatever the title holds', () => {
  const title = '</script><!-- <script>"';
  const html = renderWatchPage({ ...data, snapshot: { ...snapshot, title } });
  const [, json = ''] = /<script type="application\/json" id="page">(.*?)<\/script>/u.exec(html) ?? [];
  expect(json).not.toContain('<');
  expect(JSON.parse(json)).toMatchObject({ snapshot: { title } });
});
