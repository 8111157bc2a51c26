import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ClockPublisher, toDirectory } from './clock-publisher.ts';
import type { Handler } from './front.ts';

/** How often the playlist is looked at; far below a segment, so that it costs the viewer nothing. */
const lookEveryMs = 100;

/**
 * The specification's own way, as the baseline: FFmpeg writes segments into a directory, and a viewer gets the init segment and then one whole segment
 * after the other as one endless file. Everything that could be chosen is chosen in its favour: a viewer begins with the newest segment, and the next one
 * leaves as soon as the playlist names it.
 */
export class ConcatenatedSegments {
  readonly #directory: string;
  readonly #publisher: ClockPublisher;

  constructor(directory: string, segmentSeconds: number) {
    this.#directory = directory;
    this.#publisher = new ClockPublisher(toDirectory(directory, segmentSeconds));
  }

  /** Resolves once there is something to see. */
  async ready(): Promise<void> {
    for (const deadline = performance.now() + 60_000; performance.now() < deadline; await pause(lookEveryMs)) {
      if ((await this.#segments()).length > 0) return;
    }
    throw new Error('FFmpeg has written no segment within a minute');
  }

  /** Answers with the endless file. */
  readonly stream: Handler = (_request, response) => {
    this.#send(response).catch(() => response.destroy());
  };

  async close(): Promise<void> {
    await this.#publisher.stop();
  }

  async #send(response: ServerResponse): Promise<void> {
    response.writeHead(200, { 'content-type': 'video/mp4', 'cache-control': 'no-store' });
    response.write(await readFile(join(this.#directory, 'init.mp4')));
    let last = (await this.#segments()).at(-2);
    for (; !response.destroyed; await pause(lookEveryMs)) {
      const listed = await this.#segments();
      for (const name of listed.slice(last === undefined ? 0 : listed.indexOf(last) + 1)) {
        response.write(await readFile(join(this.#directory, name)));
        last = name;
      }
    }
  }

  async #segments(): Promise<string[]> {
    const playlist = await readFile(join(this.#directory, 'stream.m3u8'), 'utf8').catch(() => '');
    return playlist.split('\n').filter((line) => line.endsWith('.m4s'));
  }
}

/** A page with nothing but the file, as a browser without script plays it. */
export const concatenatedPage: Handler = (_request, response) => {
  response
    .setHeader('content-type', 'text/html')
    .end('<!doctype html><title>Segments</title><video muted autoplay controls src="/bench/segments.mp4"></video>');
};
