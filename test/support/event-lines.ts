import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { type ControlEvent, eventLine } from '../../src/http/control/event-shapes.ts';
import { builtProgram } from './command-line.ts';

/** `onioncast events`, line by line, each checked against the schema. */
export class EventLines {
  readonly lines: ControlEvent[] = [];
  readonly ended: Promise<number | null>;
  readonly #stop: () => void;
  readonly #waiting = new Set<() => void>();
  #problem: Error | undefined;

  constructor(data: string, args: readonly string[] = []) {
    const child = spawn(process.execPath, [builtProgram, 'events', '--data', data, ...args], {
      cwd: data,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.ended = new Promise((resolve) => child.once('close', resolve));
    this.#stop = () => child.kill('SIGTERM');
    createInterface({ input: child.stdout }).on('line', (line) => {
      try {
        this.lines.push(eventLine.parse(JSON.parse(line)));
      } catch (error) {
        this.#problem = new Error(`not a line of the schema: ${line}`, { cause: error });
      }
      for (const wake of [...this.#waiting]) wake();
    });
  }

  /** The first line, past or future, of this kind that satisfies the condition. */
  async next<Kind extends ControlEvent['event']>(
    kind: Kind,
    condition: (event: Extract<ControlEvent, { event: Kind }>) => boolean = () => true,
    withinMs = 30_000,
  ): Promise<Extract<ControlEvent, { event: Kind }>> {
    const isWanted = (event: ControlEvent): event is Extract<ControlEvent, { event: Kind }> => event.event === kind;
    const deadline = Date.now() + withinMs;
    for (;;) {
      if (this.#problem !== undefined) throw this.#problem;
      const found = this.lines.filter(isWanted).find(condition);
      if (found !== undefined) return found;
      if (Date.now() > deadline) throw new Error(`no "${kind}" in time; came: ${JSON.stringify(this.lines.slice(-5))}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 500);
        this.#waiting.add(() => {
          clearTimeout(timer);
          resolve();
        });
      });
      this.#waiting.clear();
    }
  }

  /** Leaves, and waits until it is gone. */
  async stop(): Promise<void> {
    this.#stop();
    await this.ended;
  }
}
