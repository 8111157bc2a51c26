import { expect, test } from 'vitest';
import { recordingOperations } from './recording-operations.ts';

test('where nothing may be kept, recording is refused with the reason', async () => {
  const bound = recordingOperations({ recorder: undefined });
  expect(bound.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'GET /recording',
    'POST /recording/start',
    'POST /recording/stop',
  ]);
  for (const { run } of bound) {
    await expect(run({})).rejects.toMatchObject({
      code: 'keeps-nothing',
      message: 'This server keeps nothing ("ephemeral"), so it records nothing.',
    });
  }
});
