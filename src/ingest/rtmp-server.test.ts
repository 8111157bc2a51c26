import { spawnSync } from 'node:child_process';
import { afterEach, describe, expect, it } from 'vitest';
import { clipArguments, packetsOf, RecordingGate, run, type RunningProgram } from '../../test/support/ingest.ts';
import { clientHandshake, RtmpClient } from '../../test/support/rtmp-client.ts';
import { AppError } from '../errors.ts';
import { type RtmpLimits, RtmpServer } from './rtmp-server.ts';

const key = 'abcdefghijklmnopqrstuvwxyz';

describe('the RTMP server', () => {
  const servers: RtmpServer[] = [];
  const programs: RunningProgram[] = [];
  const clients: RtmpClient[] = [];

  afterEach(async () => {
    for (const client of clients.splice(0)) client.destroy();
    for (const program of programs.splice(0)) program.kill();
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });

  async function serve(limits: Partial<RtmpLimits> = {}) {
    const gate = new RecordingGate();
    const notices: string[] = [];
    const options = {
      host: '127.0.0.1',
      port: 0,
      key: () => key,
      gate,
      notify: (message: string) => notices.push(message),
    };
    const server = new RtmpServer({ ...options, limits: { wrongKeyMs: 20, ...limits } });
    servers.push(server);
    const { port } = await server.listen();
    return { gate, notices, server, port, url: (name: string) => `rtmp://127.0.0.1:${port}/live/${name}` };
  }

  /** FFmpeg, in real time if it is to stay. */
  function ffmpeg(url: string, { seconds = 1, audio = true, stays = false } = {}): RunningProgram {
    const args = clipArguments({ seconds, ...(audio ? {} : { audio: false as const }), output: ['-f', 'flv', url] });
    const program = run('ffmpeg', stays ? ['-re', ...args] : args);
    programs.push(program);
    return program;
  }

  function client(port: number): RtmpClient {
    const made = new RtmpClient(port);
    clients.push(made);
    return made;
  }

  it('takes FFmpeg with the right key, whole, and twice more after it has left', async () => {
    const { gate, url } = await serve();
    for (const [index, audio] of [true, false, true].entries()) {
      expect((await ffmpeg(url(key), { audio }).exited).code).toBe(0);
      await gate.until(() => gate.ended.length === index + 1);
      expect(gate.begun[index]).toMatchObject({ kind: 'rtmp', format: 'flv', hasAudio: audio });
      expect(packetsOf(gate.bytes(index), 'flv')).toMatchObject({ h264: 25 });
    }
  });

  it('T41 refuses FFmpeg with a wrong key before any media, and says so to it', async () => {
    const { gate, url, notices } = await serve();
    const { code, complaints } = await ffmpeg(url('wrong')).exited;
    expect(code).not.toBe(0);
    expect(complaints).toContain('Wrong stream key.');
    expect(gate.begun).toEqual([]);
    expect(notices.join()).toContain('Wrong stream key.');
    expect(notices.join()).not.toContain(key);
  });

  it('T41 refuses a second publisher while the first one lives, and takes it once the first was killed', async () => {
    const { gate, url } = await serve();
    const first = ffmpeg(url(key), { seconds: 60, stays: true });
    await gate.until(() => gate.live === 1);
    const { code, complaints } = await ffmpeg(url(key)).exited;
    expect(code).not.toBe(0);
    expect(complaints).toContain('Another publisher is already live.');
    expect(gate.live).toBe(1);
    first.kill();
    await gate.until(() => gate.live === 0);
    expect((await ffmpeg(url(key)).exited).code).toBe(0);
  });

  it('tells a publisher when somebody is live by another way', async () => {
    const { gate, url } = await serve();
    gate.isBusy = true;
    const { complaints } = await ffmpeg(url(key), { seconds: 10, stays: true }).exited;
    expect(complaints).not.toBe('');
    expect(gate.begun).toEqual([]);
  });

  const hasGStreamer = (element: string) => spawnSync('gst-inspect-1.0', [element]).status === 0;
  it.each([
    ['rtmp2sink', (url: string) => `rtmp2sink location=${url}`],
    ['rtmpsink', (url: string) => `rtmpsink location=${url}`],
  ])('takes GStreamer, %s', async (element, sink) => {
    const aac = ['voaacenc', 'fdkaacenc', 'avenc_aac'].find(hasGStreamer);
    if (!hasGStreamer(element) || aac === undefined || !hasGStreamer('x264enc')) return;
    const { gate, url } = await serve();
    const video =
      'videotestsrc num-buffers=30 ! video/x-raw,width=160,height=90,framerate=30/1 ! x264enc tune=zerolatency ! h264parse';
    const audio = `audiotestsrc num-buffers=40 ! ${aac} ! aacparse ! m.`;
    const pipeline = `-q ${video} ! flvmux name=m streamable=true ! ${sink(url(key))} ${audio}`;
    const program = run('gst-launch-1.0', pipeline.split(' '));
    programs.push(program);
    expect((await program.exited).code).toBe(0);
    await gate.until(() => gate.ended.length === 1);
    expect(gate.begun[0]?.hasAudio).toBe(true);
    expect(packetsOf(gate.bytes(0), 'flv').h264).toBe(30);
  });

  it('lets a publisher who comes back replace its own silent connection', async () => {
    const { port } = await serve({ silentTakeoverMs: 0 });
    const dead = client(port);
    dead.publish(key);
    await dead.hears('Publish.Start');
    const back = client(port);
    back.publish(key);
    await back.hears('Publish.Start');
    await dead.closed;
  });

  it('refuses a second connection while the first is not silent long enough', async () => {
    const { port } = await serve();
    const first = client(port);
    first.publish(key);
    await first.hears('Publish.Start');
    const second = client(port);
    second.publish(key);
    await second.hears('Another publisher is already live.');
    await second.closed;
  });

  it('T41 answers the right key at once, whatever the number of wrong ones that wait', async () => {
    const { port } = await serve({ wrongKeyMs: 600_000 });
    const wrong = Array.from({ length: 12 }, () => client(port));
    for (const one of wrong) one.publish('wrong');
    // Beyond eight that wait, a wrong key gets no answer at all.
    await Promise.race(wrong.map((one) => one.closed));
    const owner = client(port);
    owner.publish(key);
    await owner.hears('Publish.Start');
    expect(wrong.some((one) => one.has('BadName'))).toBe(false);
  });

  it('T41 lets nobody without the key keep the owner out: the oldest of them makes room', async () => {
    const { port } = await serve({ maxConnections: 2 });
    const idle = [client(port), client(port)];
    for (const one of idle) one.send(clientHandshake);
    await Promise.all(idle.map((one) => one.hears('\x03')));
    const owner = client(port);
    owner.publish(key);
    await owner.hears('Publish.Start');
    await idle[0]?.closed;
    const next = client(port);
    next.send(clientHandshake);
    await next.hears('\x03');
    await idle[1]?.closed;
    expect(owner.has('Publish.Start')).toBe(true);
  });

  it('closes connections that do not show a key in time, and publishers that have gone silent', async () => {
    const slow = await serve({ handshakeMs: 50 });
    await client(slow.port).closed;
    const silent = await serve({ idleMs: 50 });
    const publisher = client(silent.port);
    publisher.publish(key);
    await publisher.hears('Publish.Start');
    await publisher.closed;
  });

  it('closes what does not speak RTMP', async () => {
    const { port, gate, notices } = await serve();
    const http = client(port);
    http.send(Buffer.from('GET / HTTP/1.1\r\n\r\n'));
    await http.closed;
    expect(gate.begun).toEqual([]);
    expect(notices.join()).toContain('does not speak RTMP');
  });

  it('says what to do when its port is taken', async () => {
    const { port, gate } = await serve();
    const second = new RtmpServer({ host: '127.0.0.1', port, key: () => key, gate });
    servers.push(second);
    const error = await second.listen().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({
      code: 'LISTEN_FAILED',
      message: expect.stringContaining(`127.0.0.1:${port}. Another program uses it.`),
    });
  });

  it('ends the publisher when it is closed, and may be closed twice', async () => {
    const { gate, url, server } = await serve();
    const publisher = ffmpeg(url(key), { seconds: 60, stays: true });
    await gate.until(() => gate.live === 1);
    await Promise.all([server.close(), server.close()]);
    expect(gate.live).toBe(0);
    expect((await publisher.exited).code).not.toBe(0);
  });
});
