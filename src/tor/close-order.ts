const shape = /^close ([1-9]\d{0,9})$/u;
const maxCircuitId = 2 ** 32 - 1;

/** The one thing that can be asked of the process that closes circuits, as a line. */
export function closeOrder(circuitId: number): string {
  return `close ${circuitId}\n`;
}

/** Which circuit a line (without its end) asks to close; undefined for every other line. Total. */
export function readCloseOrder(line: string): number | undefined {
  const circuitId = Number(shape.exec(line)?.[1]);
  return circuitId <= maxCircuitId ? circuitId : undefined;
}
