import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OnionServer, onionHost, startOnionServer } from '../support/onion-server.ts';
import type { RawVisitor } from '../support/raw-visitor.ts';

describe('the desk', () => {
  let server: OnionServer;
  let broadcaster: RawVisitor;

  beforeEach(async () => {
    server = await startOnionServer({ env: { ONIONCAST_SCHEDULE_CONFIRM: '2h' } });
    broadcaster = await server.broadcaster();
  });

  afterEach(async () => {
    await server?.program.close();
  });

  it('shows each address with a picture for a phone', async () => {
    const page = await broadcaster.get('/broadcaster/addresses');
    expect(page.body).toContain(`http://${onionHost}/`);
    expect(page.body).toContain('src="/broadcaster/addresses/public.png"');
    const picture = await broadcaster.get('/broadcaster/addresses/public.png');
    expect(picture.headers.get('content-type')).toBe('image/png');
    expect((await broadcaster.get('/broadcaster/addresses/desk.png')).status).toBe(404);
  });

  it('confirms, ends, plans and begins, by forms alone', async () => {
    const path = '/broadcaster/schedule';
    const act = async (action: string, more: Readonly<Record<string, string>> = {}) =>
      await broadcaster.fill(path, { do: action, ...more }, path);
    expect((await broadcaster.get('/broadcaster')).body).toContain('unless you say that you are still there');
    expect((await act('confirm')).status).toBe(303);
    expect((await act('begin')).status).toBe(409);
    expect((await act('end')).status).toBe(303);
    expect((await broadcaster.get(path)).body).toContain('Nobody sees anything any more.');
    const refused = await act('plan', { start: 'soon', stop: '' });
    expect(refused).toMatchObject({ status: 422, body: expect.stringContaining('That is no time') });
    expect((await act('plan', { start: '2h', stop: '3h' })).status).toBe(303);
    expect((await broadcaster.get(path)).body).toMatch(/Begins: \d{4}-\d\d-\d\d \d\d:\d\d UTC/);
    expect((await act('begin')).status).toBe(303);
    expect((await broadcaster.get(path)).body).toContain('What you send is shown.');
  });

  it('is for nobody else', async () => {
    const visitor = server.visitor();
    for (const path of ['/broadcaster/addresses', '/broadcaster/addresses/public.png', '/broadcaster/schedule']) {
      expect((await visitor.get(path)).status).toBe(403);
    }
  });
});
