import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ControlReply, ControlProtocolError, ControlReplyParser, parseReplyWords } from './control-reply.ts';

interface SentLine {
  readonly text: string;
  readonly data?: string;
}

/** A reply as tor writes it (control-spec, section 2.3). */
function writeReply(status: number, lines: readonly SentLine[]): string {
  return lines
    .map(({ text, data }, index) => {
      if (data !== undefined)
        return `${status}+${text}\r\n${data.replace(/^\./gm, '..').replace(/\n/g, '\r\n')}\r\n.\r\n`;
      return `${status}${index === lines.length - 1 ? ' ' : '-'}${text}\r\n`;
    })
    .join('');
}

const text = fc.stringMatching(/^[^\r\n]{0,40}$/);
const data = fc.array(text, { minLength: 1, maxLength: 5 }).map((lines) => lines.join('\n'));
const middle = fc.oneof(fc.record({ text }), fc.record({ text, data }));
const reply = fc.record({
  status: fc.constantFrom(250, 251, 510, 552, 650),
  lines: fc.tuple(fc.array(middle, { maxLength: 4 }), fc.record({ text })).map(([head, last]) => [...head, last]),
});

function parse(pieces: readonly Buffer[]): ControlReply[] {
  const parser = new ControlReplyParser();
  return pieces.flatMap((piece) => parser.push(piece));
}

describe('ControlReplyParser', () => {
  it('reads a reply with a block of data and dots at the beginning of its lines', () => {
    const bytes = Buffer.from('250+ns/all=\r\nr first\r\n..hidden\r\n.\r\n250-version=0.4.9.11\r\n250 OK\r\n');
    expect(parse([bytes])).toEqual([
      {
        status: 250,
        lines: [{ text: 'ns/all=', data: 'r first\n.hidden' }, { text: 'version=0.4.9.11' }, { text: 'OK' }],
      },
    ]);
  });

  it('gives back whatever tor wrote, however the bytes are split', () => {
    fc.assert(
      fc.property(fc.array(reply, { minLength: 1, maxLength: 4 }), fc.array(fc.nat()), (replies, cuts) => {
        const bytes = Buffer.from(replies.map(({ status, lines }) => writeReply(status, lines)).join(''));
        const at = [0, ...cuts.map((cut) => cut % bytes.length).sort((a, b) => a - b), bytes.length];
        const pieces = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
        expect(parse(pieces)).toEqual(replies);
      }),
    );
  });

  it('either reads random bytes or says that they are not the protocol', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 })), (pieces) => {
        try {
          parse(pieces.map((piece) => Buffer.from(piece)));
        } catch (error) {
          expect(error).toBeInstanceOf(ControlProtocolError);
        }
      }),
    );
  });

  it.each([
    ['a line without a status', 'hello\r\n'],
    ['a status out of range', '150 OK\r\n'],
    ['an unknown separator', '250_OK\r\n'],
    ['an event inside a reply', '250-a\r\n650 CIRC\r\n'],
    ['a reply inside an event', '650-a\r\n250 OK\r\n'],
  ])('refuses %s', (_, bytes) => {
    expect(() => parse([Buffer.from(bytes)])).toThrow(ControlProtocolError);
  });

  it('takes a line at its limit and no longer one, complete or not', () => {
    const limits = { maxLineBytes: 20, maxReplyBytes: 1000 };
    const atLimit = `250 ${'x'.repeat(16)}`;
    expect(new ControlReplyParser(limits).push(Buffer.from(`${atLimit}\r\n`))).toHaveLength(1);
    expect(new ControlReplyParser(limits).push(Buffer.from(`${atLimit}\r`))).toHaveLength(0);
    expect(() => new ControlReplyParser(limits).push(Buffer.from(`${atLimit}x\r\n`))).toThrow(/line is too long/);
    expect(() => new ControlReplyParser(limits).push(Buffer.from(`${atLimit}xx`))).toThrow(/line is too long/);
  });

  it('bounds a reply that never ends, and counts each reply by itself', () => {
    const parser = new ControlReplyParser({ maxLineBytes: 20, maxReplyBytes: 100 });
    for (let sent = 0; sent < 50; sent += 1) expect(parser.push(Buffer.from('250 twenty bytes\r\n'))).toHaveLength(1);
    const endless = (): void => {
      for (let sent = 0; sent < 50; sent += 1) parser.push(Buffer.from('250-twenty bytes\r\n'));
    };
    expect(endless).toThrow(/reply is too long/);
  });
});

describe('parseReplyWords', () => {
  it('reads the words and pairs of a bootstrap event', () => {
    const { words, values } = parseReplyWords(
      'STATUS_CLIENT NOTICE BOOTSTRAP PROGRESS=50 TAG=loading SUMMARY="Loading \\"relay\\" descriptors\\303\\244"',
    );
    expect(words).toEqual(['STATUS_CLIENT', 'NOTICE', 'BOOTSTRAP']);
    expect([...values]).toEqual([
      ['PROGRESS', '50'],
      ['TAG', 'loading'],
      ['SUMMARY', 'Loading "relay" descriptorsä'],
    ]);
  });

  it('gives back any quoted value', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (value) => {
        const quoted = value.replace(/["\\]/g, '\\$&');
        expect(parseReplyWords(`A="${quoted}" b`)).toEqual({ words: ['b'], values: new Map([['A', value]]) });
      }),
    );
  });

  it('comes to an end on any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[ ="\\a\n]*$/)), (anything) => {
        expect(parseReplyWords(anything).words.length).toBeLessThanOrEqual(anything.length);
      }),
    );
  });
});
