import { type ControlReply, parseReplyWords } from './control-reply.ts';

/** What tor says, about once a second, of a circuit on which something moved (control-spec, 4.1.15, `CIRC_BW`). */
export interface CircuitFlow {
  /** As in the PROXY line of its connections. */
  readonly circuitId: number;
  /** Bytes of our streams that have been sent into the circuit since the last time, those of headers and fill not counted. */
  readonly sentBytes: number;
  /** How long it takes at present until the other end has acknowledged, queues on the way included; absent while tor does not know. */
  readonly roundTripMs?: number;
  /** The same when the circuit was at its best. */
  readonly leastRoundTripMs?: number;
}

/** The event of the control port that `readCircuitFlow` understands. */
export const circuitFlowEvent = 'CIRC_BW';

/** Reads an event of the control port; undefined for every other one. Total. */
export function readCircuitFlow(reply: ControlReply): CircuitFlow | undefined {
  const { text } = reply.lines[0];
  if (!text.startsWith(circuitFlowEvent)) return undefined;
  const { words, values } = parseReplyWords(text);
  const circuitId = numberIn(values, 'ID');
  const sentBytes = numberIn(values, 'DELIVERED_WRITTEN');
  if (words[0] !== circuitFlowEvent || circuitId === undefined || sentBytes === undefined) return undefined;
  const roundTripMs = numberIn(values, 'RTT');
  const leastRoundTripMs = numberIn(values, 'MIN_RTT');
  // A circuit without congestion control, or with nothing acknowledged yet, has neither.
  if (roundTripMs === undefined || leastRoundTripMs === undefined || leastRoundTripMs === 0) {
    return { circuitId, sentBytes };
  }
  return { circuitId, sentBytes, roundTripMs, leastRoundTripMs };
}

function numberIn(values: ReadonlyMap<string, string>, key: string): number | undefined {
  const text = values.get(key) ?? '';
  return /^\d{1,15}$/u.test(text) ? Number(text) : undefined;
}
