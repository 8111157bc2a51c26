import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Entrance } from '../../test/support/raw-http.ts';
import type { EndlessWatch, SegmentWatch } from './lean-viewer.ts';

/** What the viewers of one process do. */
export interface CrowdPlan {
  readonly entrance: Entrance;
  readonly viewers: number;
  /** Of the first one; the others go on from there. */
  readonly firstNumber: number;
  readonly watch: EndlessWatch | SegmentWatch;
}

/** What became of them between `begin` and `end`. */
export interface CrowdResult {
  /** Of each viewer. */
  readonly bytes: readonly number[];
  /** How many were not in real time, since they came. */
  readonly lost: number;
}

const processes = 2;
const openWithinMs = 120_000;

/** Many viewers, in processes of their own. */
export class Crowd {
  readonly #children: readonly ChildProcess[];

  private constructor(children: readonly ChildProcess[]) {
    this.#children = children;
  }

  /** Resolves when all of them receive. */
  static async open(plan: Omit<CrowdPlan, 'firstNumber'>): Promise<Crowd> {
    const share = Math.ceil(plan.viewers / processes);
    const program = fileURLToPath(new URL('./crowd-process.ts', import.meta.url));
    const children = Array.from({ length: processes }, (_, index) => {
      const viewers = Math.min(share, plan.viewers - index * share);
      const own: CrowdPlan = { ...plan, viewers, firstNumber: 1 + index * share };
      return fork(program, [JSON.stringify(own)]);
    });
    const crowd = new Crowd(children);
    try {
      await Promise.all(children.map((child) => answer(child)));
      return crowd;
    } catch (error) {
      crowd.close();
      throw error;
    }
  }

  begin(): void {
    for (const child of this.#children) child.send('begin');
  }

  /** Says what became of all since `begin`, and ends them. */
  async end(): Promise<CrowdResult> {
    const results = this.#children.map(async (child): Promise<CrowdResult> => {
      child.send('end');
      return await answer<CrowdResult>(child);
    });
    const all = await Promise.all(results);
    return { bytes: all.flatMap(({ bytes }) => bytes), lost: all.reduce((sum, { lost }) => sum + lost, 0) };
  }

  /** Safe to call twice, and after `end`. */
  close(): void {
    for (const child of this.#children) child.kill('SIGKILL');
  }
}

/** The next message of a child; rejects when it ends first, or says nothing in time. */
async function answer<Message>(child: ChildProcess): Promise<Message> {
  const signal = AbortSignal.timeout(openWithinMs);
  const gone = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`a process of viewers ended early (${code})`);
  });
  const [message]: Message[] = await Promise.race([once(child, 'message', { signal }), gone]);
  gone.catch(() => undefined);
  if (message === undefined) throw new Error('a process of viewers said nothing');
  return message;
}
