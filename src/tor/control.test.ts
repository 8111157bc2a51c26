import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TorControl } from './control.ts';
import type { ControlReply } from './control-reply.ts';

/** Stands in for tor where tor would behave; the real one is met in the tests of the service. */
describe('TorControl', () => {
  let directory: string;
  let server: Server;
  let answer: (line: string, socket: Socket) => void;
  let peers: Socket[];

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'onioncast-control-'));
    peers = [];
    server = createServer((socket) => {
      peers.push(socket);
      socket.on('error', () => socket.destroy());
      socket.setEncoding('utf8').on('data', (text: string) => {
        for (const line of text.split('\r\n').filter(Boolean)) answer(line, socket);
      });
    });
    server.listen(join(directory, 'control'));
    await once(server, 'listening');
  });

  afterEach(async () => {
    for (const peer of peers) peer.destroy();
    server.close();
    await rm(directory, { recursive: true, force: true });
  });

  function open(onEvent?: (event: ControlReply) => void): Promise<TorControl> {
    return TorControl.connect(join(directory, 'control'), onEvent === undefined ? {} : { onEvent });
  }

  it('gives answers to commands in their order, and events to the listener', async () => {
    answer = (line, socket) => socket.write(`650 CIRC ${line}\r\n250-${line.slice(8)}=value of ${line}\r\n250 OK\r\n`);
    const events: string[] = [];
    const control = await open((event) => events.push(event.lines[0].text));
    const answers = await Promise.all([control.getInfo('a'), control.getInfo('b')]);
    expect(answers).toEqual(['value of GETINFO a', 'value of GETINFO b']);
    expect(events).toEqual(['CIRC GETINFO a', 'CIRC GETINFO b']);
    control.close();
  });

  it('rejects what tor refuses, naming the command without its arguments', async () => {
    answer = (_, socket) => socket.write('552 Unrecognized key\r\n');
    const control = await open();
    const refused = control.command('GETINFO secret');
    await expect(refused).rejects.toMatchObject({ status: 552, message: 'tor refused GETINFO: 552 Unrecognized key' });
    control.close();
  });

  it('sends no second command hidden in a line', async () => {
    const lines: string[] = [];
    answer = (line, socket) => {
      lines.push(line);
      socket.write('250 OK\r\n');
    };
    const control = await open();
    await expect(control.command('GETINFO a\r\nSIGNAL HALT')).rejects.toThrow(/one line/);
    await expect(control.command('GETINFO a\nSIGNAL HALT')).rejects.toThrow(/one line/);
    await control.signal('NEWNYM');
    expect(lines).toEqual(['SIGNAL NEWNYM']);
    control.close();
  });

  it.each([
    ['closes', (socket: Socket) => socket.destroy()],
    ['talks nonsense', (socket: Socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['answers twice', (socket: Socket) => socket.write('250 OK\r\n250 OK\r\n')],
  ])('is over when the other side %s', async (_, misbehave) => {
    answer = (_line, socket) => misbehave(socket);
    let isClosed: () => void = () => undefined;
    const closed = new Promise<void>((resolve) => {
      isClosed = resolve;
    });
    const control = await TorControl.connect(join(directory, 'control'), { onClose: () => isClosed() });
    await control.command('GETINFO a').catch(() => undefined);
    await closed;
    await expect(control.command('GETINFO b')).rejects.toThrow(Error);
  });

  it('rejects open commands when it is closed, also twice', async () => {
    answer = () => undefined;
    const control = await open();
    const outcome = control.command('GETINFO a').catch((error: unknown) => error);
    control.close();
    control.close();
    expect(await outcome).toMatchObject({ message: expect.stringContaining('closed') });
  });

  it('does not prove itself to somebody who does not know the cookie', async () => {
    const lines: string[] = [];
    answer = (line, socket) => {
      lines.push(line);
      const hash = randomBytes(32).toString('hex').toUpperCase();
      const challenge = `250 AUTHCHALLENGE SERVERHASH=${hash} SERVERNONCE=${hash}\r\n`;
      socket.write(line.startsWith('AUTHCHALLENGE') ? challenge : '250 OK\r\n');
    };
    const cookie = join(directory, 'cookie');
    await writeFile(cookie, randomBytes(32));
    const control = await open();
    await expect(control.authenticate(cookie)).rejects.toThrow(/does not know the cookie/);
    expect(lines.some((line) => line.startsWith('AUTHENTICATE'))).toBe(false);
  });

  it('refuses a cookie of the wrong length', async () => {
    answer = (_, socket) => socket.write('250 OK\r\n');
    const cookie = join(directory, 'cookie');
    await writeFile(cookie, randomBytes(31));
    const control = await open();
    await expect(control.authenticate(cookie)).rejects.toThrow(/wrong length/);
    control.close();
  });
});
