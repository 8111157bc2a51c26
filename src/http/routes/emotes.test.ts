import { randomBytes } from 'node:crypto';
import { fastify } from 'fastify';
import { describe, expect, it } from 'vitest';
import { placesWith } from '../../../test/support/places.ts';
import { registerEmoteRoutes } from './emotes.ts';

describe('/emotes', () => {
  it('gives the pictures there are, for ever, and nothing else', async () => {
    const app = fastify();
    const files = new Map([['wave-0123456789abcdef.png', Buffer.from('png')]]);
    registerEmoteRoutes(app, {
      places: placesWith(randomBytes(32)),
      file: (name) => files.get(name),
      renderEmoteList: () => '',
    });
    const found = await app.inject('/emotes/wave-0123456789abcdef.png');
    expect(found.rawPayload.toString()).toBe('png');
    expect(found.headers).toMatchObject({
      'content-type': 'image/png',
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, max-age=31536000, immutable',
    });
    for (const name of ['wave.png', '..%2f..%2fetc%2fpasswd', '%2e%2e', 'x'.repeat(65), '__proto__', 'constructor']) {
      expect((await app.inject(`/emotes/${name}`)).statusCode).not.toBe(200);
    }
    await app.close();
  });
});
