import type { ServeEvent } from '../serve-event.ts';
import type { TerminalOutput } from './terminal.ts';

/** Shows a running server to a program: one JSON object a line, nothing else. */
export class JsonLines {
  readonly #output: TerminalOutput;

  constructor(output: TerminalOutput) {
    this.#output = output;
  }

  show(event: ServeEvent): void {
    this.#output.write(`${JSON.stringify(event)}\n`);
  }

  showStopping(): void {
    // Whoever reads this sent the signal, or learns from our end.
  }

  clear(): void {
    // Nothing is ever drawn over.
  }
}
