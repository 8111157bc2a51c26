import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCircuitFlow } from './circuit-flow.ts';

const read = (text: string) => readCircuitFlow({ status: 650, lines: [{ text }] });
const counts = 'READ=509 WRITTEN=54463 TIME=2026-01-01T00:00:00.000000 DELIVERED_READ=23 OVERHEAD_READ=475';
const event = `CIRC_BW ID=25 ${counts} DELIVERED_WRITTEN=53000 OVERHEAD_WRITTEN=286`;

describe('readCircuitFlow', () => {
  test('takes what was sent, and both round trips of a circuit with congestion control', () => {
    expect(read(`${event} SS=1 CWND=124 RTT=812 MIN_RTT=487`)).toEqual({
      circuitId: 25,
      sentBytes: 53_000,
      roundTripMs: 812,
      leastRoundTripMs: 487,
    });
  });

  test('takes what was sent alone where tor does not know the round trip', () => {
    expect(read(event)).toEqual({ circuitId: 25, sentBytes: 53_000 });
    expect(read(`${event} SS=1 CWND=124 RTT=0 MIN_RTT=0`)).toEqual({ circuitId: 25, sentBytes: 53_000 });
  });

  test.each(['CIRC 25 BUILT', 'CIRC_BW', 'CIRC_BW ID=x DELIVERED_WRITTEN=1', 'CIRC_BWX ID=1 DELIVERED_WRITTEN=1'])(
    'leaves %s alone',
    (text) => {
      expect(read(text)).toBeUndefined();
    },
  );

  test('whatever the text is, it never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => read(`CIRC_BW ${text}`) === undefined || true));
  });
});
