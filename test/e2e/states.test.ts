import { type ChildProcess, spawn } from 'node:child_process';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { en } from '../../src/views/texts/en.ts';
import { type OnionServer, startOnionServer } from '../support/onion-server.ts';
import { encoderOf } from '../support/processes.ts';
import type { RawConnection } from '../support/raw-http.ts';
import type { RawVisitor } from '../support/raw-visitor.ts';
import { beforeSecondTry } from '../support/second-try.ts';

const shown = '#screen{display:grid}';
const reload = `>${en.playback.reload}</a>`;
const picture = /<source src="([^"]*\/stream\/[^"]*)"/;

/** A broadcaster who sends a moving picture. */
function publish(address: string): ChildProcess {
  const lavfi = ['-re', '-f', 'lavfi', '-i', 'testsrc2=s=640x360:r=15', '-f', 'lavfi', '-i', 'sine=440'];
  const coding = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '15', '-c:a', 'aac', '-f', 'flv', address];
  return spawn('ffmpeg', ['-v', 'error', ...lavfi, ...coding], { stdio: 'ignore' });
}

describe('what a viewer without script is told by the player document alone', () => {
  let onion: OnionServer;
  let viewer: RawVisitor;
  let publisher: ChildProcess | undefined;
  let address = '';
  const open: RawConnection[] = [];

  async function start(): Promise<void> {
    publisher?.kill('SIGKILL');
    publisher = undefined;
    await onion?.program.close();
    onion = await startOnionServer({
      env: {
        ONIONCAST_ENCODER_LADDER: '360p,240p',
        ONIONCAST_ENCODER_PRESET: 'ultrafast',
        ONIONCAST_ENCODER_FRAME_RATE: '15',
        ONIONCAST_INGEST_GRACE: '2s',
      },
    });
    const { server, key } = await onion.program.event('ingest');
    address = `${server}/${key}`;
  }

  beforeAll(start);
  beforeSecondTry(start);

  async function onAir(): Promise<void> {
    publisher ??= publish(address);
    await onion.program.event('stream', ({ state }) => state === 'live');
  }

  // Everybody comes by a circuit of their own: what one may take is bounded.
  beforeEach(() => {
    viewer = onion.visitor();
  });

  afterEach(() => {
    for (const connection of open.splice(0)) connection.close();
  });

  afterAll(async () => {
    publisher?.kill('SIGKILL');
    await onion?.program.close();
  });

  async function get(target: string): Promise<RawConnection> {
    const connection = await viewer.open(target);
    open.push(connection);
    return connection;
  }

  const hears = async (document: RawConnection, what: string): Promise<void> =>
    await document.until(() => document.received.includes(what), what, 60_000);

  const player = async (view: string, more = ''): Promise<RawConnection> => {
    const document = await get(`/player?view=${view}${more}`);
    await hears(document, '</main>');
    return document;
  };

  /** The media of a document, as its browser asks for it. */
  async function play(document: RawConnection): Promise<RawConnection> {
    const [, source = ''] = picture.exec(document.received) ?? [];
    return await get(source.replaceAll('&amp;', '&'));
  }

  it('that it is offline, then that it starts; then the document ends for one with the picture', async () => {
    const document = await player('view-key-offline-0001');
    for (const text of [shown, en.states.offline.heading, en.states.offline.advice, reload])
      expect(document.received).toContain(text);
    expect(document.received).not.toMatch(picture);
    publisher = publish(address);
    await hears(document, `#screen-heading::after{content:"${en.states.starting.heading}"}`);
    await document.untilClosed(60_000);
    const next = await player('view-key-offline-0001');
    expect(next.received).toMatch(picture);
    expect(next.received).toContain('#screen{display:none}');
  });

  it('that the browser blocks media, unless it asks for the picture', async () => {
    await onAir();
    const document = await player('view-key-blocked-0001');
    expect(document.received).toContain(en.client.clickToPlay);
    expect(document.received).not.toContain('.blocked{display:none}');
    await play(document);
    await hears(document, '.blocked{display:none}');
  });

  it('that the browser plays none of the formats, if that is what it asks for; not if its picture was only refused', async () => {
    await onAir();
    const unable = await player('view-key-no-format-01');
    expect((await viewer.get('/player/unplayable?view=view-key-no-format-01')).status).toBe(404);
    await hears(unable, '.no-format{display:block}');
    const able = await player('view-key-refused-0001');
    await play(able);
    await hears(able, '.blocked{display:none}');
    await viewer.get('/player/unplayable?view=view-key-refused-0001');
    await hears(able, '.lost{animation-name:lost-');
    expect(able.received).not.toContain('.no-format{display:block}');
  });

  it('that the connection is too slow for what was chosen, with the way to what it carries', async () => {
    await onAir();
    const document = await player('view-key-too-slow-001', '&r=360p');
    (await play(document)).socket.pause();
    await document.untilClosed(60_000);
    const next = await player('view-key-too-slow-001', '&r=360p');
    expect(next.received).toContain(en.playback.tooSlow);
    expect(next.received).toMatch(/<p class="too-slow">[^<]*<a href="[^"]*r=auto"/);
  });

  it('nothing of an encoder that was restarted: the document ends for one with the new picture', async () => {
    await onAir();
    const document = await player('view-key-restarted-01');
    await play(document);
    process.kill(encoderOf(onion.program.pid).pid, 'SIGKILL');
    await document.untilClosed(60_000);
    const next = await player('view-key-restarted-01');
    expect(next.received).toMatch(picture);
  });

  it('that the broadcaster is gone, for how long, and then that it is over', async () => {
    await onAir();
    const document = await player('view-key-the-end-00001');
    publisher?.kill('SIGKILL');
    await hears(document, shown);
    await hears(document, '#waited{display:inline-flex');
    await hears(document, `#screen-heading::after{content:"${en.states.interrupted.heading}"}`);
    await hears(document, `#screen-heading::after{content:"${en.states.ended.heading}"}`);
    const next = await player('view-key-the-end-00001');
    for (const text of [shown, en.states.ended.heading, en.states.ended.advice, reload])
      expect(next.received).toContain(text);
  });
});
