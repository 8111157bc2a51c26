import { afterEach, beforeEach, expect, it } from 'vitest';
import { type OnionServer, startOnionServer } from '../support/onion-server.ts';
import type { RawConnection } from '../support/raw-http.ts';
import type { RawVisitor } from '../support/raw-visitor.ts';

let server: OnionServer;

// The one place there is may still be taken by a first try.
beforeEach(async () => {
  server = await startOnionServer({
    env: { ONIONCAST_SOURCE: 'test', ONIONCAST_ENCODER_LADDER: '240p', ONIONCAST_LIMITS_VIEWERS: '1' },
  });
  await server.program.event('stream', ({ state }) => state === 'live');
});

afterEach(async () => await server?.program.close());

async function watch(person: RawVisitor): Promise<RawConnection> {
  return await person.open('/stream.mp4');
}

it('T33 with as many viewers as there are places, newcomers wait in a queue, and get in when one goes', async () => {
  const [viewer, waiter, third] = [server.visitor(), server.visitor(), server.visitor()];
  expect((await viewer.get('/')).status).toBe(200);
  const watching = await watch(viewer);
  await watching.until(() => watching.receivedBytes > 10_000, 'the stream');
  const queued = await waiter.get('/');
  expect(queued.status).toBe(503);
  expect(queued.body).toContain('You are next.');
  expect(queued.headers.get('refresh')).toMatch(/^\d+; url=\//u);
  // Numbers are for those who come back.
  await waiter.get('/');
  await third.get('/');
  expect((await third.get('/')).body).toContain('Your place in the queue: 2.');
  // A place is a place: going past the page does not give one.
  expect((await third.get('/stream.mp4')).status).toBe(503);
  expect((await viewer.get('/')).status).toBe(200);
  watching.close();
  const deadline = performance.now() + 60_000;
  let answer = await waiter.get('/');
  while (answer.status === 503 && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect((await third.get('/')).status).toBe(503);
    answer = await waiter.get('/');
  }
  expect(answer.status).toBe(200);
  expect((await third.get('/stream.mp4')).status).toBe(503);
  const next = await watch(waiter);
  await next.until(() => next.receivedBytes > 10_000, 'the stream');
  next.close();
});
