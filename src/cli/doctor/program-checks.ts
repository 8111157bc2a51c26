import { explainFence, fenceAdvice } from '../../app/fence.ts';
import type { OnioncastConfig } from '../../config/schema.ts';
import { findFence } from '../../encoder/find-fence.ts';
import { AppError } from '../../errors.ts';
import { inspectTor, oldestSafeTor } from '../../tor/tor-version.ts';
import { type Finding, fail, ok, warn } from './finding.ts';
import { runCommand } from './run-command.ts';

const oldestNode = 24;
/** Releases of a line before these have published holes. */
const mendedNodes: ReadonlyMap<number, readonly [number, number]> = new Map([
  [24, [22, 1]],
  [26, [12, 1]],
]);

/** Whether the Node that runs this is one that Onioncast is tested on, without known holes. */
export function checkNode(version: string): Finding {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  if (major < oldestNode)
    return fail('Node', `${version} is older than ${oldestNode}`, 'Start with npm start: it brings its own.');
  const [goodMinor, goodPatch] = mendedNodes.get(major) ?? [0, 0];
  if (minor > goodMinor || (minor === goodMinor && patch >= goodPatch)) return ok('Node', version);
  const mended = `${major}.${goodMinor}.${goodPatch}`;
  return warn(
    'Node',
    `${version} has holes that ${mended} has not`,
    // What we bring comes from npm, which has a release weeks after its makers, so that an update of ours may not be there yet.
    `Install Node ${mended} or newer (https://nodejs.org/en/download) and start with it: from ${oldestNode} on, the Node that you start with is used in place of the one we bring.`,
  );
}

/** Whether FFmpeg is there and really encodes what is broadcast; listing an encoder proves little. */
export async function checkFfmpeg({ ffmpeg, ffprobe }: OnioncastConfig['encoder']): Promise<Finding[]> {
  const advice = 'Install FFmpeg (Debian and Ubuntu: apt install ffmpeg) or set encoder.ffmpeg and encoder.ffprobe.';
  const [version, probe] = await Promise.all([runCommand(ffmpeg, ['-version']), runCommand(ffprobe, ['-version'])]);
  if (version.kind === 'missing') return [fail('FFmpeg', `there is no program "${ffmpeg}"`, advice)];
  const name = /^ffmpeg version (\S+)/.exec(version.output)?.[1];
  if (name === undefined) return [fail('FFmpeg', `"${ffmpeg}" does not answer as FFmpeg does`, advice)];
  const findings = [ok('FFmpeg', name), await checkEncoders(ffmpeg), await checkFont(ffmpeg)];
  if (probe.kind === 'missing') findings.push(fail('ffprobe', `there is no program "${ffprobe}"`, advice));
  return findings;
}

/** How far FFmpeg is kept from the rest of this machine. Silent where there is none, which is another check's finding. */
export async function checkFence(
  { ffmpeg, fence: wanted }: OnioncastConfig['encoder'],
  dataDirectory: string,
): Promise<Finding[]> {
  if (wanted === 'off') return [warn('Fence', 'FFmpeg runs with your rights (encoder.fence)', 'Set it to "auto".')];
  const fence = await findFence(ffmpeg, { secrets: dataDirectory });
  if (fence === undefined) return [];
  const found = explainFence(fence);
  return [fence.kind === 'sealed' ? ok('Fence', found) : warn('Fence', found, fenceAdvice)];
}

async function checkEncoders(ffmpeg: string): Promise<Finding> {
  const video = ['-f', 'lavfi', '-i', 'color=s=64x64:d=0.2', '-c:v', 'libx264'];
  const audio = ['-f', 'lavfi', '-i', 'anullsrc', '-t', '0.2', '-c:a', 'libopus'];
  const inputsFirst = [
    ...video.slice(0, 4),
    ...audio.slice(0, 6),
    ...video.slice(4),
    ...audio.slice(6),
    '-f',
    'null',
    '-',
  ];
  const answer = await runCommand(ffmpeg, ['-nostdin', '-v', 'error', ...inputsFirst]);
  if (answer.kind === 'done' && answer.code === 0) return ok('Encoders', 'H.264 (libx264) and Opus (libopus)');
  const reason = answer.kind === 'done' ? lastLine(answer.output) : 'it cannot be started';
  return fail(
    'Encoders',
    `this FFmpeg cannot make H.264 and Opus: ${reason}`,
    'Install one that was built with libx264 and libopus.',
  );
}

async function checkFont(ffmpeg: string): Promise<Finding> {
  const answer = await runCommand(ffmpeg, [
    '-nostdin',
    '-v',
    'error',
    '-f',
    'lavfi',
    '-i',
    'color=d=0.04,drawtext=text=x',
    '-f',
    'null',
    '-',
  ]);
  if (answer.kind === 'done' && answer.code === 0) return ok('Fonts', 'FFmpeg can write text');
  return warn(
    'Fonts',
    'FFmpeg cannot write text: the test card has no words',
    'Install a font (Debian and Ubuntu: apt install fonts-dejavu-core).',
  );
}

/** Whether tor is there, as new as is safe, and able to ask for proof of work. */
export async function checkTor({
  enabled,
  mode,
  binary,
}: Pick<OnioncastConfig['tor'], 'enabled' | 'mode' | 'binary'>): Promise<Finding> {
  if (!enabled) return ok('tor', 'switched off (tor.enabled)');
  if (mode === 'operator') return ok('tor', 'yours (tor.mode); its version is for you to watch');
  const oldest = oldestSafeTor.join('.');
  try {
    const { version, isSafe, hasProofOfWork } = await inspectTor(binary);
    if (!isSafe)
      return fail(
        'tor',
        `${version} has known holes`,
        `Update to ${oldest} or newer (https://support.torproject.org/apt/).`,
      );
    if (hasProofOfWork) return ok('tor', `${version}, with proof of work`);
    return warn(
      'tor',
      `${version}, built without proof of work`,
      'Under attack the service is easier to drown. Debian builds have it.',
    );
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return fail('tor', error.message, 'Or broadcast on this machine only, with --no-tor.');
  }
}

function lastLine(output: string): string {
  return output.slice(output.lastIndexOf('\n') + 1).slice(0, 200);
}
