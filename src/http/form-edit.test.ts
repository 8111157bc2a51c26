import { describe, expect, it } from 'vitest';
import { formEditOf } from './form-edit.ts';

function edit(action: string, message = 'hi'): ReturnType<typeof formEditOf> {
  return formEditOf(
    new Map([
      ['do', action],
      ['message', message],
    ]),
  );
}

describe('a button that only changes the form', () => {
  it('gives up the reply, or shows the emotes, and keeps the text as it was typed', () => {
    expect(edit('no-reply', ' a\n')).toEqual({ draft: ' a\n', givesUpReply: true });
    expect(edit('emotes')).toEqual({ draft: 'hi', picksEmote: true });
  });

  it('puts a code behind the text, set off by spaces', () => {
    expect(edit('emote:wave')).toEqual({ draft: 'hi :wave: ' });
    expect(edit('emote:wave', 'hi ')?.draft).toBe('hi :wave: ');
    expect(edit('emote:wave', '')?.draft).toBe(':wave: ');
  });

  it('is none for other buttons, and for codes that can be none', () => {
    for (const action of ['post', 'settings', '', 'emote:', 'emote:a', 'emote:<b>', `emote:${'x'.repeat(25)}`]) {
      expect(edit(action)).toBeUndefined();
    }
  });
});
