import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatFormData } from '../chat/chat-view.ts';
import { renderChatDocumentOpen } from './chat-document.tsx';
import { renderChatForm } from './chat-form.tsx';
import { renderChatLog } from './chat-log.tsx';
import { textOf } from './html-text.fixture.ts';
import type { Reader } from './reader.ts';
import { en } from './texts/en.ts';

const form: ChatFormData & Reader & { styleHref: string } = {
  texts: en,
  base: '',
  action: '/chat/form',
  logHref: '/chat/log',
  formToken: 'TOKEN',
  nonce: 'NONCE',
  draft: '',
  name: '',
  defaultName: 'Anonymous',
  tag: 'k3f',
  paletteSize: 16,
  limits: { maxCharacters: 512, maxLines: 8, maxNameCharacters: 24 },
  modes: { rules: { slowMs: 0, isLocked: false, isMembersOnly: false }, held: 0 },
  styleHref: '/s.css',
};

describe('the chat form', () => {
  it('sends with the first button, right after the text', () => {
    expect(renderChatForm(form)).toMatch(/<\/textarea><div class="captcha-slot"><\/div><button[^>]* value="post"/);
  });

  it('sends when Enter is pressed in any of its fields, whatever else it shows: browsers take the first button', () => {
    const captcha = { picture: { name: 'n', href: '/captcha/n.png' }, pictureAnswer: '', questionAnswer: '' };
    const reply = { messageId: 7, name: 'Anna', text: 'hello' };
    const html = renderChatForm({ ...form, captcha, reply, hasEmotes: true });
    const values = [...html.matchAll(/<button[^>]* value="([a-z-]+)"/g)].map((match) => match[1]);
    expect(values[0]).toBe('post');
    expect(values).toEqual(expect.arrayContaining(['picture', 'no-reply', 'emotes', 'settings']));
  });

  it('offers every colour by index and one that is chosen for you', () => {
    const values = [...renderChatForm(form).matchAll(/name="colour" value="([^"]+)"/g)].map(([, value]) => value);
    expect(values).toEqual(['auto', ...Array.from({ length: 16 }, (_, index) => String(index))]);
    expect(renderChatForm(form)).toMatch(/value="auto"[^>]* checked/);
    expect(renderChatForm({ ...form, colour: 3 })).toMatch(/value="3"[^>]* checked/);
  });

  it('keeps what was typed and says why it was refused', () => {
    const html = renderChatForm({
      ...form,
      draft: 'my words',
      refusal: { rule: 'slow-down', sentence: 'Try again in 8 s.' },
    });
    expect(html).toContain('my words</textarea>');
    expect(html).toContain('Try again in 8 s.');
    expect(html).toContain('rule-slow-down');
  });

  it('unfolds the settings when they were refused, and folds them when they are saved', () => {
    const refusal = { rule: 'name-reserved', sentence: 'Taken.' };
    expect(renderChatForm({ ...form, settingsOpen: true, refusal })).toContain('<details class="settings" open');
    const saved = renderChatForm({ ...form, settingsOpen: true, settingsSaved: true });
    expect(saved).not.toContain(' open');
    expect(saved).toContain('Saved.');
  });

  it('keeps a line break at the beginning of what was typed', () => {
    expect(renderChatForm({ ...form, draft: '\nafter a break' })).toContain('>\n\nafter a break</textarea>');
  });

  it('gives back any draft and name as they were typed', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 80 }),
        fc.string({ unit: 'binary', maxLength: 20 }),
        (draft, name) => {
          const html = renderChatForm({ ...form, draft, name });
          const area = /<textarea[^>]*>(?<draft>.*)<\/textarea>/su.exec(html)?.groups?.draft ?? '';
          // The parser drops one line break after the start tag (HTML 13.2.6.4.7).
          expect(textOf(area.replace(/^\n/, ''))).toBe(draft);
        },
      ),
    );
  });
});

describe('the endless chat', () => {
  it('is left open inside the log, and reloads when it ends', () => {
    const html = renderChatDocumentOpen({ logHref: 'chat/log', styleHref: '/s.css', texts: en });
    expect(html).toContain('<meta http-equiv="refresh" content="0"/>');
    expect(html).toMatch(/role="log"[^>]*><p class="chat-empty">.*<\/p>$/);
    expect(html).not.toContain('<style');
  });
});

describe('the chat log', () => {
  it('is a page of its own with ways to write, reload and go back', () => {
    const html = renderChatLog({
      texts: en,
      base: '',
      emotes: new Map(),
      title: 'Harbour',
      messages: [],
      formHref: '/chat/form',
      refreshHref: '/chat/log',
      styleHref: '/s.css',
    });
    expect(html.endsWith('</html>')).toBe(true);
    for (const href of ['/chat/form', '/chat/log', '/']) expect(html).toContain(`href="${href}"`);
    expect(textOf(html)).toContain('No messages yet');
  });
});
