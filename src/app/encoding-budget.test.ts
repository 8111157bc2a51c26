import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../test/support/ffmpeg.ts';
import { configSchema } from '../config/schema.ts';
import type { ServeEvent } from '../serve-event.ts';
import { costsPath, explainPlan, openEncodingBudget, planFor } from './encoding-budget.ts';

function encoderWith(more: Record<string, unknown> = {}) {
  return configSchema.shape.encoder.parse(more);
}

const named = (ladder: readonly { name: string }[]) => ladder.map(({ name }) => name);
/** An FFmpeg that took half a second of CPU time, or the one that takes for ever. */
function ffmpegThat(does: 'answers' | 'hangs'): string {
  const path = join(temporaryDirectory(), 'ffmpeg');
  const answer = 'echo "bench: utime=0.500s stime=0.000s rtime=0.500s" >&2';
  writeFileSync(path, `#!/bin/sh\n${does === 'answers' ? answer : 'exec sleep 600'}\n`, { mode: 0o700 });
  return path;
}

/** A machine so weak, or so strong, that the outcome is known. */
const costs = (cores: number) => ({ cores: 4, rungs: [{ height: 720, preset: 'veryfast', cores } as const] });

describe('the budget of encoding', () => {
  it('begins with two renditions, measures when all is calm, and keeps what it has learnt for the next start', async () => {
    const events: ServeEvent[] = [];
    const dataDirectory = temporaryDirectory();
    const given = { encoder: encoderWith({ ffmpeg: ffmpegThat('answers') }), dataDirectory, ffmpegVersion: 'x' };
    let measured: () => void = () => undefined;
    const learnt = new Promise<void>((resolve) => {
      measured = resolve;
    });
    const report = (event: ServeEvent) => {
      events.push(event);
      if (events.length === 2) measured();
    };
    const budget = await openEncodingBudget({ ...given, report, calmAfterMs: 1 });
    expect(named(budget.ladder)).toEqual(['360p', '240p']);
    expect(events).toMatchObject([{ kind: 'note', message: expect.stringContaining('360p, 240p and sound alone') }]);
    budget.start();
    await learnt;
    expect(events[1]).toMatchObject({ kind: 'note', message: expect.stringContaining('From the next source on') });
    expect(budget.ladder.every(({ preset }) => preset !== undefined)).toBe(true);
    while (!existsSync(costsPath(dataDirectory))) await new Promise((resolve) => setTimeout(resolve, 20));
    await budget.close();
    const again = await openEncodingBudget({ ...given, report });
    expect(again.ladder).toEqual(budget.ladder);
    expect(readFileSync(costsPath(dataDirectory), 'utf8')).not.toContain(dataDirectory);
    await again.close();
  });

  it('measures nothing where renditions were chosen, and stops measuring when it is closed', async () => {
    const events: ServeEvent[] = [];
    const common = { dataDirectory: temporaryDirectory(), ffmpegVersion: 'x', calmAfterMs: 0 };
    const report = (event: ServeEvent) => events.push(event);
    const ffmpeg = ffmpegThat('hangs');
    const encoder = encoderWith({ ffmpeg, ladder: ['480p'] });
    const chosen = await openEncodingBudget({ ...common, encoder, report });
    chosen.start();
    expect(named(chosen.ladder)).toEqual(['480p']);
    await chosen.close();
    expect(events).toEqual([]);
    const auto = await openEncodingBudget({ ...common, encoder: encoderWith({ ffmpeg }), report });
    auto.start();
    await new Promise((resolve) => setTimeout(resolve, 50));
    // Resolves only when what it has started is over.
    await Promise.all([auto.close(), auto.close()]);
    expect(events).toHaveLength(1);
  });

  it('leaves out what is too much, or says so where it was chosen', () => {
    const strong = planFor(encoderWith(), costs(0.1));
    expect(named(strong.ladder)).toEqual(['720p', '480p', '360p', '240p']);
    expect(explainPlan(strong, 4)).toMatch(/^As measured, they keep \d\.\d of 4 cores busy; 2\.2 may be/u);
    expect(named(planFor(encoderWith(), costs(1)).ladder)).toEqual(['480p', '360p', '240p']);
    const chosen = planFor(encoderWith({ ladder: ['720p', '240p'] }), costs(1));
    expect(named(chosen.ladder)).toEqual(['720p', '240p']);
    expect(explainPlan(chosen, 4)).toContain('may stutter: 720p.');
  });
});
