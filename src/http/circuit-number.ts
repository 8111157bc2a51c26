/** A circuit by what its own tor calls it. */
export interface TorCircuit {
  /** Which of our tors, from 0. */
  readonly tor: number;
  /** As in the PROXY line and at the control port of that tor. */
  readonly circuitId: number;
}

/** Ids have 32 bits; the bit above them is that of the broadcaster's own onion service (`visitorCircuitOf`). */
const ofOneTor = 2 ** 33;

/**
 * One number for a circuit of any of our tors: each of them counts its circuits from 1, and whatever goes by circuits must not take a visitor of one for a
 * visitor of another. Those of the first keep theirs.
 */
// Threat: T16
export function circuitNumber({ tor, circuitId }: TorCircuit): number {
  return tor * ofOneTor + circuitId;
}

/** The tor and the circuit that this number means. */
export function torCircuitOf(number: number): TorCircuit {
  return { tor: Math.floor(number / ofOneTor), circuitId: number % ofOneTor };
}
