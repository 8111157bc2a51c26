import { describe, expect, it } from 'vitest';
import { lineSentence } from './line-sentence.ts';

describe('what a person is told of a line', () => {
  it('at home: what it does, and how much waits', () => {
    expect(lineSentence({ kind: 'sending', state: 'connecting', waitingSeconds: 0 })).toBe(
      'Connecting to the server ...',
    );
    expect(lineSentence({ kind: 'sending', state: 'resumed', waitingSeconds: 7 })).toBe(
      'Sending again where the line broke off. 7 s wait to be sent.',
    );
    const message = 'The server cannot be found. Next try in 4 s.';
    expect(lineSentence({ kind: 'sending', state: 'lost', waitingSeconds: 0, message })).toBe(
      `The line is lost. ${message}`,
    );
  });

  it('at the server: whether the publisher is there, and what is shown', () => {
    expect(lineSentence({ kind: 'line', isConnected: true, play: 'playing', bufferedSeconds: 9 })).toBe(
      'The publisher is connected. Playing, with 9 s in the buffer.',
    );
    expect(lineSentence({ kind: 'line', isConnected: false, play: 'slate', bufferedSeconds: 0 })).toBe(
      'The publisher is not connected. Nothing is left to play: the slate is shown.',
    );
  });
});
