import { costsPath, explainPlan, namesOf, planFor } from '../../app/encoding-budget.ts';
import type { OnioncastConfig } from '../../config/schema.ts';
import type { EncodingCosts } from '../../encoder/budget.ts';
import { writeCosts } from '../../encoder/costs-file.ts';
import { isWhole, measureCosts } from '../../encoder/measure-costs.ts';
import { parseFfmpegVersion } from '../../encoder/ffmpeg-version.ts';
import { type Finding, ok, warn } from './finding.ts';
import { runCommand } from './run-command.ts';

const what = 'Renditions';

/**
 * Measures how many renditions this machine encodes in real time: a few seconds at most. What it finds is what the next start goes by, if there is a
 * data directory already.
 */
export async function checkEncoding(encoder: OnioncastConfig['encoder'], dataDirectory: string): Promise<Finding> {
  const costs = await measureCosts({ ffmpegPath: encoder.ffmpeg });
  if (costs === undefined)
    return warn(
      what,
      'how many this machine encodes could not be measured',
      'Mend FFmpeg first, or see that it is not busy.',
    );
  if (isWhole(costs)) await keep(costs, encoder.ffmpeg, dataDirectory);
  return judge(encoder, costs);
}

/** What such a machine makes of the configured renditions. */
export function judge(encoder: OnioncastConfig['encoder'], costs: EncodingCosts): Finding {
  const plan = planFor(encoder, costs);
  const found = `${namesOf(plan.ladder)}. ${explainPlan(plan, costs.cores)}`;
  if (plan.tooMuch.length === 0) return ok(what, found);
  return warn(what, found, 'Take fewer or smaller ones: encoder.ladder.');
}

async function keep(costs: EncodingCosts, ffmpeg: string, dataDirectory: string): Promise<void> {
  const about = await runCommand(ffmpeg, ['-version']);
  const version = about.kind === 'done' ? parseFfmpegVersion(about.output) : undefined;
  if (version === undefined) return;
  try {
    await writeCosts(costsPath(dataDirectory), version, costs);
  } catch {
    // No data directory yet, or not ours to write in, which is another check's finding: the server will measure.
  }
}
