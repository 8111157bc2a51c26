import { describe, expect, it } from 'vitest';
import { isRecentEnough, parseFfmpegVersion, readFfmpegFacts } from './ffmpeg-version.ts';

describe('readFfmpegFacts', () => {
  it('finds what the tests of this project need', async () => {
    const facts = await readFfmpegFacts('ffmpeg');
    expect(facts).toMatchObject({ isRecentEnough: true, hasX264: true, hasOpus: true, hasDrawtext: true });
    expect(facts.version).toMatch(/^\S+$/);
  });

  it('says so when there is none', async () => {
    await expect(readFfmpegFacts('/nonexistent/ffmpeg')).rejects.toMatchObject({
      code: 'TOOL_MISSING',
      message: '/nonexistent/ffmpeg cannot be run (ENOENT).',
    });
  });

  it('is not fooled by another program', async () => {
    await expect(readFfmpegFacts('/bin/echo')).rejects.toThrow('/bin/echo is not FFmpeg.');
  });
});

it.each([
  ['ffmpeg version 5.1.9-0+deb12u1 Copyright (c) 2000-2026', '5.1.9-0+deb12u1', true],
  ['ffmpeg version n8.0 Copyright', 'n8.0', true],
  ['ffmpeg version 10.2 Copyright', '10.2', true],
  ['ffmpeg version N-113000-gabc Copyright', 'N-113000-gabc', true],
  ['ffmpeg version 5.0.1 Copyright', '5.0.1', false],
  ['ffmpeg version 4.4.2-0ubuntu0.22.04.1 Copyright', '4.4.2-0ubuntu0.22.04.1', false],
])('reads %s', (line, version, isRecent) => {
  expect(parseFfmpegVersion(line)).toBe(version);
  expect(isRecentEnough(version)).toBe(isRecent);
});

it('finds no version in other words', () => {
  expect(parseFfmpegVersion('bash: ffmpeg: command not found')).toBeUndefined();
});
