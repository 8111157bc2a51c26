/**
 * Run by a bench: many viewers in one process, as cheap as they can be, so that the machine is left to the server. Bytes are counted and thrown away.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { CrowdPlan, CrowdResult } from './crowd.ts';
import { EndlessViewer, type LeanViewer, SegmentViewer } from './lean-viewer.ts';

/** Fewer than may wait to be accepted. */
const openAtOnce = 32;

const plan: CrowdPlan = JSON.parse(process.argv[2] ?? '');

async function openAll(): Promise<LeanViewer[]> {
  const viewers: LeanViewer[] = [];
  while (viewers.length < plan.viewers) {
    const batch = Array.from({ length: Math.min(openAtOnce, plan.viewers - viewers.length) }, (_, index) => {
      const number = plan.firstNumber + viewers.length + index;
      return plan.watch.kind === 'endless'
        ? EndlessViewer.open(plan.entrance, plan.watch, number)
        : SegmentViewer.open(plan.entrance, plan.watch, number);
    });
    viewers.push(...(await Promise.all(batch)));
    // Everybody at once would measure the kernel's queue of connections.
    await pause(5);
  }
  return viewers;
}

const viewers = await openAll();
let before: number[] = [];
process.on('message', (message) => {
  if (message === 'begin') before = viewers.map(({ bytes }) => bytes);
  if (message !== 'end') return;
  const result: CrowdResult = {
    bytes: viewers.map(({ bytes }, index) => bytes - (before[index] ?? 0)),
    lost: viewers.filter(({ isLost }) => isLost).length,
  };
  process.send?.(result, () => process.exit());
});
process.send?.('open');
