import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mentionClass } from '../chat/mention-mark.ts';
import type { Message } from '../chat/message.ts';
import { renderChatLog } from './chat-log.tsx';
import { renderChatRow, type RowLook } from './chat-row.tsx';
import { de } from './texts/de.ts';
import { en } from './texts/en.ts';
import { textOf } from './html-text.fixture.ts';

const noon: Message = {
  id: 7,
  atMs: Date.UTC(2026, 10, 22, 12, 34, 56),
  author: { name: 'hana', colour: 3 },
  text: 'hello',
};

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='x",
    '</bdi></div>',
    '&lt;b&gt;',
    '<!--',
  ),
);

const look = { texts: en, emotes: new Map(), base: '' };

describe('a chat row', () => {
  it('shows time in UTC, name, colour and text', () => {
    const row = renderChatRow(noon, undefined, look);
    expect(textOf(row)).toBe('12:34  hana: hello Reply');
    expect(row).toContain('<time datetime="2026-11-22T12:34Z" title="2026-11-22 12:34 UTC"');
    expect(row).toContain('<bdi class="name c3">hana</bdi>');
    expect(row).toContain('id="m7"');
  });

  it('marks staff outside the name, where no name can reach', () => {
    const row = renderChatRow({ ...noon, author: { ...noon.author, capcode: 'broadcaster' } }, undefined, look);
    expect(row).toContain('<b class="badge badge-broadcaster">Broadcaster</b> <bdi class="name');
    expect(renderChatRow(noon, undefined, look)).not.toContain('badge');
  });

  it('does not repeat the badge as a name, and never leaves out the name of somebody without one', () => {
    const author = { ...noon.author, name: 'Broadcaster' };
    expect(textOf(renderChatRow({ ...noon, author: { ...author, capcode: 'broadcaster' } }, undefined, look))).toMatch(
      /^12:34 Broadcaster: /,
    );
    expect(renderChatRow({ ...noon, author }, undefined, look)).toContain('<bdi class="name');
    const inGerman = renderChatRow({ ...noon, author: { ...author, capcode: 'broadcaster' } }, undefined, {
      ...look,
      texts: de,
    });
    expect(textOf(inGerman)).toMatch(/^12:34 Streamer: /);
  });

  it('says how a poll ended in the language of the reader, whatever the house speaks', () => {
    const pollResult = { question: 'Tea?', options: ['Yes', 'No'], votes: [1, 0] };
    const over: Message = { ...noon, text: 'The poll is over', isAnnouncement: true, pollResult };
    const row = textOf(renderChatRow(over, undefined, { ...look, texts: de }));
    for (const said of ['Die Umfrage ist vorbei: Tea?', 'Yes: 1 (100 %)', 'No: 0 (0 %)', '1 Stimme']) {
      expect(row).toContain(said);
    }
    expect(row).not.toContain('The poll is over');
  });

  it('tells nameless people apart by their tag', () => {
    expect(
      textOf(renderChatRow({ ...noon, author: { name: 'Anonymous', tag: 'k3f', colour: 0 } }, undefined, look)),
    ).toContain('Anonymous#k3f:');
  });

  it('keeps the lines of a text, in one line of HTML', () => {
    const row = renderChatRow({ ...noon, text: 'one\ntwo' }, undefined, look);
    expect(row).toContain('one<br/>two');
    expect(row).not.toContain('\n');
  });

  it('shows addresses as text, never as links', () => {
    const row = renderChatRow({ ...noon, text: 'http://example.onion/ javascript:alert(1)' }, undefined, look);
    expect(row).toContain('<span class="address">http://example.onion/</span> javascript:alert(1)</bdi>');
    expect(hrefsOf(row)).toEqual(['chat/form?reply=7']);
  });

  it('is one line, and every text comes out as text, whatever people write', () => {
    fc.assert(
      fc.property(hostile, hostile, hostile, (name, tag, text) => {
        const row = renderChatRow({ ...noon, author: { name, tag, colour: 3 }, text }, undefined, look);
        expect(row).not.toMatch(/[\r\n]/);
        const bare = renderChatRow({ ...noon, author: { name: 'n', tag: 't', colour: 3 }, text: 'x' }, undefined, look);
        const untagged = renderChatRow({ ...noon, author: { name: 'n', colour: 3 }, text: 'x' }, undefined, look);
        const isOfMarkup = (tag: string): boolean => ['<br/>', '<span class="address">', '</span>'].includes(tag);
        expect(tagsOf(row).filter((tag) => !isOfMarkup(tag))).toEqual(tagsOf(bare).filter((tag) => !isOfMarkup(tag)));
        const shown = textOf(row);
        expect(shown).toContain(`#${tag.replace(/[\r\n]+/g, ' ')}`);
        const named = renderChatRow({ ...noon, author: { name, colour: 3 }, text }, undefined, look);
        expect(textOf(named)).toContain(name.replace(/[\r\n]+/g, ' '));
        expect(tagsOf(named).filter((tag) => !isOfMarkup(tag))).toEqual(
          tagsOf(untagged).filter((tag) => !isOfMarkup(tag)),
        );
        expect(shown).toContain(text.replace(/\r\n|\r|\n/g, ''));
      }),
    );
  });

  it('draws the emotes there are, with their code for those who see no pictures', () => {
    const emotes = new Map([['wave', { code: 'wave', file: 'wave-0f.png', width: 64, height: 48 }]]);
    const row = renderChatRow({ ...noon, text: ':wave: :nope:' }, undefined, { texts: en, emotes, base: '../' });
    expect(row).toContain(
      '<img class="emote" src="../emotes/wave-0f.png" alt=":wave:" title=":wave:" width="64" height="48"/>',
    );
    expect(row).toContain(' :nope:</bdi>');
    expect(hrefsOf(row)).toEqual(['../chat/form?reply=7']);
  });

  it('has links that take its own place, and say so where that is the finished log', () => {
    const links = (more: Partial<RowLook>) => renderChatRow(noon, undefined, { ...look, hasTools: true, ...more });
    expect(hrefsOf(links({}))).toEqual(['chat/form?reply=7', 'chat/tools?m=7']);
    expect(hrefsOf(links({ base: '../', origin: 'log' }))).toEqual([
      '../chat/form?reply=7&amp;from=log',
      '../chat/tools?m=7&amp;from=log',
    ]);
    expect(links({})).not.toContain('target=');
  });

  it('marks those it names, and nobody it did not name when it was written', () => {
    const row = renderChatRow({ ...noon, text: '@Mika and @hana', mentions: ['Mika'] }, undefined, look);
    expect(row).toContain(`<b class="at ${mentionClass('mika')}" dir="auto">@Mika</b> and @hana</bdi>`);
  });

  it('shows what a reply answers, in one line that leads there', () => {
    const quote = { messageId: 3, name: 'a\n<b>', text: '<i>' };
    const row = renderChatRow({ ...noon, quote }, undefined, look);
    expect(row).toContain('<a class="quote q3" href="#m3">\u21B3 <bdi>a &lt;b></bdi>: <bdi>&lt;i></bdi></a>');
    expect(row).not.toContain('\n');
    const removed = renderChatRow({ ...noon, quote: { ...quote, isRemoved: true } }, undefined, look);
    expect(removed).toContain('<span class="quote">\u21B3 Message removed</span>');
    expect(removed).not.toContain('&lt;');
  });

  it('sets announcements apart, and names the house as the speaker', () => {
    const row = renderChatRow({ ...noon, isAnnouncement: true }, undefined, look);
    expect(row).toContain('<div class="row announcement" id="m7">');
    expect(textOf(row)).toMatch(/^12:34 Announcement: hello/);
  });

  it('puts the date before the first message of another day', () => {
    const nextDay = { ...noon, id: 8, atMs: noon.atMs + 86_400_000 };
    expect(renderChatRow(nextDay, noon.atMs, look)).toContain('2026-11-23</time></div><div class="row" id="m8">');
    expect(renderChatRow(nextDay, noon.atMs, look)).not.toContain('\n');
    expect(logOf([noon, { ...noon, id: 9 }])).not.toContain('class="day"');
    expect(logOf([noon, nextDay]).match(/class="day"/g)).toHaveLength(1);
  });
});

function logOf(messages: readonly Message[]): string {
  return renderChatLog({
    texts: en,
    base: '',
    emotes: new Map(),
    title: '',
    messages,
    formHref: '/f',
    refreshHref: '/r',
    styleHref: '/s.css',
  });
}

function hrefsOf(html: string): string[] {
  return [...html.matchAll(/ href="([^"]*)"/g)].map(([, href = '']) => href);
}

function tagsOf(html: string): string[] {
  return html.match(/<[^>]*>/g) ?? [];
}
