import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maxProxyLineBytes, parseProxyLine } from './proxy-protocol.ts';

/** The line exactly as tor's `export_hs_client_circuit_id` formats it. */
function torLine(circuitId: number, virtualPort = 80): Buffer {
  const low = circuitId % 0x1_0000;
  const high = (circuitId - low) / 0x1_0000;
  const source = circuitId === 0 ? 1 : low;
  return Buffer.from(
    `PROXY TCP6 fc00:dead:beef:4dad::${high.toString(16)}:${low.toString(16)} ::1 ${source} ${virtualPort}\r\n`,
  );
}

const circuitIds = fc.integer({ min: 0, max: 0xffff_ffff });

describe('parseProxyLine', () => {
  it('T16 reads the line that tor was seen to send', () => {
    const line = Buffer.from('PROXY TCP6 fc00:dead:beef:4dad::0:19 ::1 25 80\r\n');
    expect(parseProxyLine(line)).toEqual({ kind: 'ok', circuitId: 25, length: line.length });
    expect(parseProxyLine(torLine(0x29a))).toMatchObject({ kind: 'ok', circuitId: 666 });
    expect(parseProxyLine(torLine(0xffff_ffff))).toMatchObject({ kind: 'ok', circuitId: 0xffff_ffff });
    expect(parseProxyLine(torLine(0))).toMatchObject({ kind: 'ok', circuitId: 0 });
    expect(parseProxyLine(torLine(0x1_0000))).toMatchObject({ kind: 'ok', circuitId: 65_536 });
  });

  it('waits at every split of a line and never counts what follows it', () => {
    fc.assert(
      fc.property(circuitIds, fc.integer({ min: 0, max: 65_535 }), fc.uint8Array(), (circuitId, port, rest) => {
        const line = torLine(circuitId, port);
        for (let length = 0; length < line.length; length += 1) {
          expect(parseProxyLine(line.subarray(0, length))).toEqual({ kind: 'incomplete' });
        }
        expect(parseProxyLine(Buffer.concat([line, rest]))).toEqual({ kind: 'ok', circuitId, length: line.length });
      }),
    );
  });

  it('T16 takes a line with one byte changed only when tor could have printed the result', () => {
    fc.assert(
      fc.property(circuitIds, fc.nat(), fc.integer({ min: 0, max: 255 }), (circuitId, at, byte) => {
        const line = torLine(circuitId);
        line[at % line.length] = byte;
        const result = parseProxyLine(line);
        if (result.kind !== 'ok') return;
        const port = Number(line.toString('latin1', 0, result.length).trimEnd().split(' ').at(-1));
        expect(line.subarray(0, result.length)).toEqual(torLine(result.circuitId, port));
      }),
    );
  });

  it('T16 says bad to random bytes, at once', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (bytes) => {
        fc.pre(bytes[0] !== 'P'.charCodeAt(0));
        expect(parseProxyLine(Buffer.from(bytes))).toEqual({ kind: 'bad' });
      }),
    );
  });

  it.each([
    ['an HTTP request instead of the line', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['another protocol family', 'PROXY TCP4 127.0.0.1 127.0.0.1 25 80\r\n'],
    ['an unknown source', 'PROXY UNKNOWN\r\n'],
    ['another prefix', 'PROXY TCP6 fc00:dead:beef:4dae::0:19 ::1 25 80\r\n'],
    ['upper case', 'PROXY TCP6 FC00:DEAD:BEEF:4DAD::0:19 ::1 25 80\r\n'],
    ['leading zeros', 'PROXY TCP6 fc00:dead:beef:4dad::00:19 ::1 25 80\r\n'],
    ['a group of five digits', 'PROXY TCP6 fc00:dead:beef:4dad::0:10019 ::1 25 80\r\n'],
    ['one group only', 'PROXY TCP6 fc00:dead:beef:4dad::19 ::1 25 80\r\n'],
    ['another destination', 'PROXY TCP6 fc00:dead:beef:4dad::0:19 ::2 25 80\r\n'],
    ['a source port of another circuit', 'PROXY TCP6 fc00:dead:beef:4dad::0:19 ::1 26 80\r\n'],
    ['a port with a leading zero', 'PROXY TCP6 fc00:dead:beef:4dad::0:19 ::1 25 080\r\n'],
    ['a port above 65535', 'PROXY TCP6 fc00:dead:beef:4dad::0:19 ::1 25 65536\r\n'],
    ['two spaces', 'PROXY TCP6  fc00:dead:beef:4dad::0:19 ::1 25 80\r\n'],
    ['a trailing space', 'PROXY TCP6 fc00:dead:beef:4dad::0:19 ::1 25 80 \r\n'],
    ['a bare line feed', 'PROXY TCP6 fc00:dead:beef:4dad::0:19 ::1 25 80\n'],
    ['a line feed first', '\n'],
    ['version 2 of the protocol', '\r\n\r\n\0\r\nQUIT\n'],
  ])('refuses %s', (_, text) => {
    expect(parseProxyLine(Buffer.from(text, 'latin1'))).toEqual({ kind: 'bad' });
  });

  it('T16 stops waiting at 107 bytes without an end of line', () => {
    const endless = Buffer.from('PROXY TCP6 fc00:dead:beef:4dad::'.padEnd(200, '1'));
    expect(parseProxyLine(endless.subarray(0, maxProxyLineBytes - 1))).toEqual({ kind: 'incomplete' });
    expect(parseProxyLine(endless.subarray(0, maxProxyLineBytes))).toEqual({ kind: 'bad' });
    expect(parseProxyLine(endless)).toEqual({ kind: 'bad' });
  });
});
