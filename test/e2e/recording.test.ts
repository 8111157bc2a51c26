import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { largestStep, probe, publish, readEndless } from '../support/media.ts';
import { Onioncast } from '../support/onioncast.ts';

const run = promisify(execFile);
const mayMount = process.getuid?.() === 0;

it.runIf(mayMount)(
  'a disk that fills up ends the recording, tells the operator, and leaves the stream alone',
  async () => {
    const data = await mkdtemp(path.join(tmpdir(), 'onioncast-full-'));
    const recordings = path.join(data, 'recordings');
    await mkdir(recordings);
    await run('mount', ['-t', 'tmpfs', '-o', 'size=300k', 'tmpfs', recordings]);
    const env = {
      ONIONCAST_ENCODER_LADDER: '240p',
      ONIONCAST_ENCODER_SECOND_CODEC: 'off',
      ONIONCAST_RECORDING_ENABLED: 'true',
      ONIONCAST_RECORDING_PUBLISH: 'true',
      ONIONCAST_RECORDING_KEEP_FREE: '0B',
    };
    const server = await Onioncast.start({ data, env });
    try {
      const { server: rtmp, key } = await server.event('ingest');
      const publisher = publish(['-f', 'flv', `${rtmp}/${key}`], { size: '426x240' });
      await server.event('stream', (event) => event.state === 'live' && event.source === 'rtmp');
      const reading = await readEndless(`${server.url}/stream/240p.mp4`);
      const warning = await server.event('warning', ({ code }) => code === 'RECORDING_STOPPED');
      expect(warning.message).toContain('disk');
      await reading.atLeast(reading.bytes().length + 60_000);
      reading.close();
      const file = path.join(data, 'seen.mp4');
      await writeFile(file, reading.bytes());
      const { packets } = await probe(file);
      expect(largestStep(packets, 'video')).toBeLessThan(0.1);
      expect(server.events.some((event) => event.kind === 'stream' && event.state === 'interrupted')).toBe(false);
      const id = /recordings\/([\w-]{22})/.exec(await (await fetch(`${server.url}/recordings`)).text())?.[1];
      const kept = await probe(`${server.url}/recordings/${id}/240p.mp4`);
      expect(kept.complaints).toBe('');
      expect(kept.packets.length).toBeGreaterThan(50);
      await publisher.stop();
    } finally {
      await server.close();
      await run('umount', [recordings]);
      await rm(data, { recursive: true, force: true });
    }
  },
  180_000,
);
