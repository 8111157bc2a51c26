import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { isConfirmed, readPassphrase } from './passphrase.ts';

/** A terminal at which somebody types an answer to each question. */
function terminal(...answers: readonly string[]) {
  const left = [...answers];
  const log: string[] = [];
  const keys = new PassThrough();
  const stdin = Object.assign(keys, {
    isTTY: true,
    setRawMode: (isRaw: boolean) => log.push(isRaw ? 'raw' : 'cooked'),
  });
  const stderr = {
    write: (text: string) => {
      log.push(text);
      const answer = text.endsWith(': ') ? left.shift() : undefined;
      if (answer !== undefined) setImmediate(() => keys.write(answer));
    },
  };
  return { asker: { stdin, stderr }, log };
}

describe('a passphrase', () => {
  it('is typed twice when it is new, once it is certain that the terminal shows nothing of it', async () => {
    const { asker, log } = terminal('five words or more\r', 'five words or more\r');
    expect(await readPassphrase(asker, undefined, true)).toBe('five words or more');
    const round = (question: string) => ['raw', question, expect.anything(), expect.anything()];
    expect(log).toEqual([...round('Passphrase: '), ...round('The same again: ')]);
    expect(log.join('')).not.toContain('five');
  });

  it('is refused when it is short, when the second is another, and when nobody answers', async () => {
    const refused = { code: 'KEY_REFUSED' };
    const short = terminal('eleven char\r', 'eleven char\r');
    await expect(readPassphrase(short.asker, undefined, true)).rejects.toMatchObject(refused);
    const different = terminal('five words or more\r', 'six words or more\r');
    await expect(readPassphrase(different.asker, undefined, true)).rejects.toThrow(/two different/);
    const left = terminal('\u0003');
    await expect(readPassphrase(left.asker, undefined, false)).rejects.toThrow(/Nothing was changed/);
    expect(left.log.filter((word) => word === 'raw')).toHaveLength(1);
  });

  it('is not measured when an old backup is opened', async () => {
    expect(await readPassphrase(terminal('short\r').asker, undefined, false)).toBe('short');
  });
});

describe('a confirmation', () => {
  it('is the word yes, seen as it is typed', async () => {
    const { asker, log } = terminal('yes\r');
    expect(await isConfirmed(asker, 'Really?')).toBe(true);
    expect(log.join('')).toContain('yes');
    expect(await isConfirmed(terminal('y\r').asker, 'Really?')).toBe(false);
  });
});
