import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { operations } from '../../src/http/control/operations.ts';
import { onioncast } from '../support/command-line.ts';
import { probe, publish } from '../support/media.ts';
import { Onioncast } from '../support/onioncast.ts';

it('a recording is begun and ended by command while the stream is live, and can be watched', async () => {
  const data = await mkdtemp(path.join(tmpdir(), 'onioncast-record-'));
  const env = {
    ONIONCAST_ENCODER_LADDER: '240p',
    ONIONCAST_ENCODER_SECOND_CODEC: 'off',
    ONIONCAST_RECORDING_PUBLISH: 'true',
  };
  const server = await Onioncast.start({ data, env });
  const record = async (act: string) => {
    const { code, stdout, stderr } = await onioncast(data, ['record', act, '--json']);
    expect({ act, code, stderr }).toEqual({ act, code: 0, stderr: '' });
    return operations.recording.output.parse(JSON.parse(stdout));
  };
  try {
    const { server: rtmp, key } = await server.event('ingest');
    const publisher = publish(['-f', 'flv', `${rtmp}/${key}`], { size: '426x240' });
    await server.event('stream', (event) => event.state === 'live' && event.source === 'rtmp');
    expect(await record('status')).toMatchObject({ isOn: false, isRecording: false });
    expect(await record('start')).toMatchObject({ isOn: true });
    await expect.poll(async () => (await record('status')).seconds, { timeout: 60_000 }).toBeGreaterThan(1);
    expect((await onioncast(data, ['record'])).stdout).toMatch(/^Being recorded: 0:\d\d, /);
    expect(await record('stop')).toEqual({ isOn: false, isRecording: false, seconds: 0, bytes: 0 });
    expect(await readdir(path.join(data, 'recordings'))).toHaveLength(1);
    const id = /recordings\/([\w-]{22})/.exec(await (await fetch(`${server.url}/recordings`)).text())?.[1];
    const kept = await probe(`${server.url}/recordings/${id}/240p.mp4`);
    expect(kept.complaints).toBe('');
    expect(kept.packets.length).toBeGreaterThan(20);
    await publisher.stop();
  } finally {
    await server.close();
    await rm(data, { recursive: true, force: true });
  }
});
