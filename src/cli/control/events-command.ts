import { once } from 'node:events';
import { AppError } from '../../errors.ts';
import { type ControlEvent, eventsVersion } from '../../http/control/event-shapes.ts';
import { jsonLine } from '../../http/control/json-line.ts';
import { errorShape } from '../../http/control/operations.ts';
import { exitCodes } from '../failure.ts';
import { clientFor, type ControlFlags } from './ask.ts';

/** Prints what happens, one line of JSON each, until the server or whoever reads ends it. Returns the exit code. */
export async function printEvents(
  { since, ...flags }: ControlFlags & { readonly since?: string },
  process: NodeJS.Process,
): Promise<number> {
  const { stdout } = process;
  let hasReader = true;
  // Whoever reads may leave (`| head`): that is no failure.
  stdout.on('error', () => {
    hasReader = false;
    response.destroy();
  });
  const response = await clientFor(flags, process).events(since);
  if (response.statusCode !== 200) throw await refusalOf(response);
  let end = '';
  try {
    for await (const piece of response) {
      const text = String(piece);
      end = (end + text).slice(-maxEndLength);
      // Waiting here is what tells the server that nobody reads.
      if (!stdout.write(text) && hasReader) await once(stdout, 'drain');
    }
  } catch {
    // Broken off: the last line says so.
  }
  if (!hasReader) return exitCodes.stopped;
  if (!/"event":"end"[^\n]*\n$/u.test(end)) {
    stdout.write(
      `${end === '' || end.endsWith('\n') ? '' : '\n'}${jsonLine({ event: 'end', v: eventsVersion, reason: 'lost' } satisfies ControlEvent)}`,
    );
    return exitCodes.unusable;
  }
  return end.includes('"reason":"closed"') ? exitCodes.stopped : exitCodes.unusable;
}

/** Longer than the last line. */
const maxEndLength = 128;

async function refusalOf(response: AsyncIterable<unknown>): Promise<AppError> {
  let text = '';
  for await (const piece of response) text += String(piece);
  const { message, code } = errorShape.parse(JSON.parse(text)).error;
  return new AppError('CONTROL_REFUSED', `${message} (${code})`);
}
