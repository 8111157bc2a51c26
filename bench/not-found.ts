/**
 * Whether the time of an answer tells what is private and there from what is not there: a recording that is not published against one that was never made, asked
 * for in turns, over the unix socket with tor's PROXY lines. The bytes are the same (`src/http/routes/recordings.test.ts`). Without difference, each of the two
 * takes longer in half of all pairs; z says how many standard deviations the count is away from that. Beyond 3 the time tells.
 *
 *   npm run bench:not-found
 */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Onioncast } from '../test/support/onioncast.ts';
import { quantile, table } from './support/statistics.ts';
import { Visitor } from './support/visitor.ts';

const host = `${'a'.repeat(56)}.onion`;
const pairs = 3000;
/** Below what a circuit may ask for in a burst. */
const pairsPerCircuit = 10;

/** A data directory with one recording that nobody has published; its name. */
async function record(data: string): Promise<string> {
  const film = path.join(data, 'film.mp4');
  const picture = ['-f', 'lavfi', '-i', 'testsrc2=s=320x240:r=15:d=4', '-pix_fmt', 'yuv420p', '-c:v', 'libx264'];
  execFileSync('ffmpeg', ['-v', 'error', '-nostdin', ...picture, film]);
  const env = { ONIONCAST_SOURCE: `file:${film}`, ONIONCAST_RECORDING_ENABLED: 'true' };
  const server = await Onioncast.start({ data, env });
  await server.event('stream', ({ state }) => state === 'live', 30_000);
  await new Promise((resolve) => setTimeout(resolve, 4000));
  await server.close();
  const [id] = (await readdir(path.join(data, 'recordings'))).filter((name) => /^[\w-]{22}$/u.test(name));
  if (id === undefined) throw new Error('Nothing was recorded.');
  return id;
}

/** A name as recordings have it. */
function madeUp(): string {
  return randomBytes(16).toString('base64url');
}

const data = await mkdtemp(path.join(tmpdir(), 'onioncast-bench-'));
try {
  const id = await record(data);
  const server = await Onioncast.start({
    data,
    args: [],
    env: { ONIONCAST_TOR_MODE: 'operator', ONIONCAST_TOR_ADDRESS: host, ONIONCAST_SOURCE: 'none' },
  });
  try {
    const rows = [['address', 'pairs', 'there, ms', 'not there, ms', 'there was slower', 'z']];
    for (const rest of ['', '/360p.mp4']) rows.push(await compare(path.join(server.data, 'run', 'web.sock'), id, rest));
    console.log(table(rows));
  } finally {
    await server.close();
  }
} finally {
  await rm(data, { recursive: true, force: true });
}

async function compare(socketPath: string, id: string, rest: string): Promise<string[]> {
  const times: { readonly there: number[]; readonly nowhere: number[] } = { there: [], nowhere: [] };
  let slower = 0;
  let visitor = new Visitor(socketPath, host, 1);
  const timed = async (name: string): Promise<number> => {
    const from = performance.now();
    const { status } = await visitor.get(`/recordings/${name}${rest}`);
    if (status !== 404) throw new Error(`An answer with status ${status}.`);
    return performance.now() - from;
  };
  for (let pair = 0; pair < pairs; pair += 1) {
    if (pair % pairsPerCircuit === 0) visitor = new Visitor(socketPath, host, 2 + pair + rest.length * pairs);
    const isThereFirst = Math.random() < 0.5;
    const first = await timed(isThereFirst ? id : madeUp());
    const second = await timed(isThereFirst ? madeUp() : id);
    const [there, nowhere] = isThereFirst ? [first, second] : [second, first];
    times.there.push(there);
    times.nowhere.push(nowhere);
    if (there > nowhere) slower += 1;
  }
  const z = (slower - pairs / 2) / Math.sqrt(pairs / 4);
  const medians = [times.there, times.nowhere].map((all) => quantile(all, 0.5).toFixed(3));
  const share = `${((slower / pairs) * 100).toFixed(1)} %`;
  return [`/recordings/...${rest}`, String(pairs), ...medians, share, z.toFixed(2)];
}
