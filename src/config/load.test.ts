import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../errors.ts';
import type { Given } from './given.ts';
import { loadConfig } from './load.ts';
import { renderSample } from './sample.ts';

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'onioncast-config-'));
});

afterAll(() => {
  rmSync(directory, { recursive: true });
});

function load(toml: string, environment: Record<string, string> = {}, flags: Given[] = []) {
  writeFileSync(join(directory, 'my.toml'), toml);
  return loadConfig({ file: 'my.toml', workingDirectory: directory, environment, flags });
}

function refusal(toml: string, environment: Record<string, string> = {}): string[] {
  try {
    load(toml, environment);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    expect(error.code).toBe('CONFIG_INVALID');
    return error.message
      .split('\n')
      .slice(1)
      .map((line) => line.trim());
  }
  throw new Error('this configuration was accepted');
}

describe('loadConfig', () => {
  it('has a default for everything', () => {
    const config = loadConfig({ workingDirectory: directory, environment: {} });
    expect(config.listen.local).toEqual({ host: '127.0.0.1', port: 5000 });
    expect(config.hls).toEqual({ segmentMs: 2000, windowMs: 30_000, memoryBytes: 32 * 1024 ** 2 });
    expect(config.source).toEqual({ kind: 'test' });
    expect(config.data).toBe(join(directory, 'data'));
  });

  it('reads the sample to the defaults', () => {
    expect(load(renderSample())).toEqual(loadConfig({ workingDirectory: directory, environment: {} }));
  });

  it('lets the environment win over the file, and a flag over both', () => {
    const toml = 'title = "file"\n[hls]\nsegment = "3s"\nwindow = "20s"\n';
    const flag: Given = { name: 'title', value: 'flag', origin: '--title', base: directory };
    const environment = { ONIONCAST_TITLE: 'environment', ONIONCAST_HLS_SEGMENT: '4s' };
    const config = load(toml, environment, [flag]);
    expect([config.title, config.hls.segmentMs, config.hls.windowMs]).toEqual(['flag', 4000, 20_000]);
  });

  it('reads numbers, switches and lists from the environment', () => {
    const environment = {
      ONIONCAST_TOR_ENABLED: 'false',
      ONIONCAST_TOR_POW_RATE: '7',
      ONIONCAST_ENCODER_LADDER: '480p, 240p',
      ONIONCAST_TOR_EXTRA_TORRC: '["UseBridges 1", "Bridge a,b"]',
    };
    const { tor, encoder } = load('', environment);
    expect([tor.enabled, tor.pow.rate, encoder.ladder]).toEqual([false, 7, [{ height: 480 }, { height: 240 }]]);
    expect(tor.extraTorrc).toEqual(['UseBridges 1', 'Bridge a,b']);
  });

  it('finds the file by ONIONCAST_CONFIG', () => {
    load('title = "by variable"');
    const environment = { ONIONCAST_CONFIG: join(directory, 'my.toml') };
    expect(loadConfig({ workingDirectory: '/', environment }).title).toBe('by variable');
  });

  it('sees relative paths from where they were written, leaves program names alone and knows the home directory', () => {
    const flag: Given = { name: 'data', value: 'here', origin: '--data', base: '/somewhere' };
    const config = load('source = "file:film.mp4"\n[encoder]\nffmpeg = "./ff"\nffprobe = "ffprobe"', {}, [flag]);
    expect(config.data).toBe('/somewhere/here');
    expect(config.source).toEqual({ kind: 'file', path: join(directory, 'film.mp4') });
    expect(config.encoder.ffmpeg).toBe(join(directory, 'ff'));
    expect(config.encoder.ffprobe).toBe('ffprobe');
    expect(load('data = "~/stream"').data).toBe(join(homedir(), 'stream'));
  });

  it.each([
    ['titel = "x"', 'my.toml line 1: there is no setting "titel"; did you mean title?'],
    ['\n[hls]\n\nsegmnet = "2s"', 'my.toml line 4: there is no setting "hls.segmnet"; did you mean hls.segment?'],
    ['[hsl]\nsegment = "2s"', 'my.toml line 1: there is no section "hsl"; did you mean hls?'],
    ['hls = { segmnet = "2s" }', 'my.toml line 1: there is no setting "hls.segmnet"; did you mean hls.segment?'],
    ['tor.pow.rte = 1', 'my.toml line 1: there is no setting "tor.pow.rte"; did you mean tor.pow.rate?'],
    ['colour = "red"', 'my.toml line 1: there is no setting "colour"; onioncast config prints all there are'],
    ['tor = true', 'my.toml line 1: tor is a section: write its settings below a line [tor]'],
    ['[hls]\nsegment = "11s"', 'my.toml line 2: hls.segment must be a duration from 1s to 10s, not "11s"'],
    [
      '[hls]\nsegment = "2 sec"',
      'my.toml line 2: hls.segment must be a duration from 1s to 10s, not "2 sec": a duration is a number with a unit (ms, s, m, h), like "10s"',
    ],
    ['[hls]\nsegment = 2', 'my.toml line 2: hls.segment must be a duration from 1s to 10s, not 2'],
    ['[limits]\nviewers = 1.5', 'my.toml line 2: limits.viewers must be a whole number from 1 to 65536, not 1.5'],
    ['ephemeral = "yes"', 'my.toml line 1: ephemeral must be true or false, not "yes"'],
    [
      'title = "a\\u001b[2Jb"',
      'my.toml line 1: title must be one line of text, at most 200 characters, not "a\\u001b[2Jb"',
    ],
    [
      'source = "tset"',
      'my.toml line 1: source must be "test", "none", "screen", "file:PATH" or "dir:PATH", not "tset"',
    ],
    [
      '[encoder]\nladder = ["360"]',
      'my.toml line 2: encoder.ladder must be "auto" or a list of "720p", "480p", "360p", "240p", each height at most once; one of your own is written with its bit rate, "540p@900k", not ["360"]',
    ],
    ['[hls]\nwindow = "6s"\nsegment = "3s"', 'hls.window (6s) must hold at least three of hls.segment (3s)'],
    [
      '[broadcaster]\ndoor = "local"\n[listen]\nlocal = "off"',
      'listen.local is off and broadcaster.door is "local": nobody could log in as the broadcaster',
    ],
    [
      `[tor]\naddress = "${'a'.repeat(56)}.onion"\ndesk_address = "${'a'.repeat(56)}.onion"`,
      'tor.address and tor.desk_address are the same: each onion service has an address of its own',
    ],
    [
      '[broadcaster]\nlogin = " x"',
      'my.toml line 2: broadcaster.login must be a name of at most 64 characters, without spaces around it, not " x"',
    ],
    [
      '[tor]\nenabled = false\n[split]\nenabled = true',
      'split.enabled is true and tor.enabled is false: a publisher elsewhere comes over Tor alone',
    ],
    [
      '[push]\nrendition = "480"',
      'my.toml line 2: push.rendition must be one of "720p", "480p", "360p", "240p", or one of your own with its bit rate, "540p@900k", not "480"',
    ],
    ['[limits]\nviewers = 2000', 'limits.viewers (2000) cannot be above limits.connections (1024)'],
    [
      '[listen]\nlocal = "off"\n[tor]\nenabled = false',
      'listen.local is off and tor.enabled is false: nobody could reach the server',
    ],
    [
      '[ingest]\nrtmp = "localhost:5000"',
      'listen.local and ingest.rtmp are both 127.0.0.1:5000: they need different ports',
    ],
    ['title = ', 'my.toml line 1: this is not valid TOML: invalid value'],
  ])('refuses %j with its place and what is meant', (toml, message) => {
    expect(refusal(toml)).toEqual([message]);
  });

  it('takes several tors, and refuses what cannot go together with them', () => {
    expect(load('[tor]\ninstances = 8\nspread = "onionbalance"\n').tor).toMatchObject({
      ...{ instances: 8, spread: 'onionbalance', onionbalance: 'onionbalance' },
    });
    expect(load('').tor).toMatchObject({ instances: 1, spread: 'links' });
    expect(load('[tor]\ninstances = 2\nprivate = true\n').tor.private).toBe(true);
    expect(load('[tor]\nspread = "onionbalance"\nprivate = true\n').tor.private).toBe(true);
    for (const count of [0, 9]) expect(refusal(`[tor]\ninstances = ${count}\n`)).toHaveLength(1);
    expect(refusal('[tor]\ninstances = 2\nmode = "operator"\n')).toEqual([
      'tor.instances needs tors of our own: tor.mode = "managed"',
    ]);
    expect(refusal('[tor]\ninstances = 2\nspread = "onionbalance"\nprivate = true\n')).toEqual([
      expect.stringMatching(
        /^tor\.private and tor\.spread = "onionbalance" cannot go together: .*tor\.spread = "links"/,
      ),
    ]);
  });

  it('says why only this machine may be listened on', () => {
    expect(refusal('[listen]\nlocal = "0.0.0.0:5000"')[0]).toContain('without Tor');
  });

  it('refuses unknown and wrong variables', () => {
    expect(
      refusal('', { ONIONCAST_HLS_SEGMNET: '2s', ONIONCAST_LIMITS_VIEWERS: 'many', ONIONCAST_SETUP: 'off', HOME: '/' }),
    ).toEqual([
      'the environment variable ONIONCAST_HLS_SEGMNET is no setting; did you mean ONIONCAST_HLS_SEGMENT?',
      'ONIONCAST_LIMITS_VIEWERS: limits.viewers must be a whole number from 1 to 65536, not "many"',
    ]);
  });

  it('names every fault at once', () => {
    expect(refusal('titel = 1\nephemeral = 2\n[hls]\nsegment = "x"')).toHaveLength(3);
  });

  it('accepts values at their limits and refuses those just beyond', () => {
    expect(load('[limits]\nconnections = 65536\nviewers = 65536').limits.viewers).toBe(65_536);
    expect(refusal('[limits]\nconnections = 65537')).toHaveLength(1);
    expect(load(`title = "${'é'.repeat(200)}"`).title).toHaveLength(200);
    expect(refusal(`title = "${'é'.repeat(201)}"`)).toHaveLength(1);
    expect(refusal(`#${'x'.repeat(1024 * 1024)}`)).toEqual(['my.toml: a configuration has at most 1MiB']);
  });

  it('says that a file is missing or is none', () => {
    const attempt = (file: string) => () => loadConfig({ file, workingDirectory: directory, environment: {} });
    expect(attempt('absent.toml')).toThrow('absent.toml: there is no such file');
    expect(attempt('.')).toThrow('this is not a file');
  });

  it.each([
    'secret_key = "hunter2"',
    '[secrets]\nsalt = "hunter2"',
    'titel = "hunter2',
    '[tor]\nextra_torrc = ["HashedControlPassword hunter2\\u0000"]',
    'hunter = 1\nx = """\nhunter2',
  ])('never repeats what may be a secret: %j', (toml) => {
    expect(refusal(toml).join('\n')).not.toContain('hunter2');
  });

  it('answers any text with a configuration or a refusal', () => {
    const word = fc.constantFrom(
      'title',
      'hls',
      'segment',
      '=',
      '[',
      ']',
      '"',
      '\n',
      '.',
      '{',
      '}',
      '2s',
      "'",
      '#',
      '__proto__',
      'é',
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 30 }), (words) => {
        try {
          load(words.join(''));
        } catch (error) {
          expect(error).toMatchObject({ code: 'CONFIG_INVALID' });
        }
      }),
    );
  });
});

describe('word filters', () => {
  it('are blocks, which say what to do about words or a pattern', () => {
    const toml = [
      '[[chat.filter]]',
      'action = "censor"',
      'text = "bad word"',
      '',
      '[[chat.filter]]',
      'action = "ban"',
      'text = "bad"',
      'whole_words = false',
      '[[chat.filter]]',
      'action = "block"',
      "pattern = '\\d{4}-\\d{4}'",
    ];
    expect(load(toml.join('\n')).chat.filter).toEqual([
      { action: 'censor', text: 'bad word', wholeWords: true },
      { action: 'ban', text: 'bad', wholeWords: false },
      { action: 'block', pattern: '\\d{4}-\\d{4}' },
    ]);
  });

  it.each([
    ['pattern = "(a"', 'missing closing'],
    ['pattern = "(?=a)"', 'invalid or unsupported'],
    ['pattern = "(a{30}){30}"', 'too costly'],
    [`pattern = "${'a'.repeat(201)}"`, ''],
    ['pattern = "a"\nwhole_words = true', 'whole_words belongs to text'],
    ['pattern = "a"\ntext = "b"', 'either text or pattern'],
    ['whole_words = true', 'either text or pattern'],
    ['text = "  "', 'no word'],
    [`text = "${'a'.repeat(201)}"`, ''],
    ['text = "a"\nactoin = "ban"', ''],
  ])('with %j are refused at their own line', (lines, reason) => {
    const good = '[[chat.filter]]\naction = "hold"\ntext = "fine"\n\n';
    const [message = ''] = refusal(`title = "x"\n${good}[[chat.filter]]\naction = "censor"\n${lines}\n`);
    expect(message).toContain('my.toml line 6: chat.filter must be a list of at most 256 blocks');
    expect(message).toContain(reason);
  });

  it('come as JSON from the environment', () => {
    const json = '[{"action":"hold","text":"x"}]';
    expect(load('', { ONIONCAST_CHAT_FILTER: json }).chat.filter).toEqual([
      { action: 'hold', text: 'x', wholeWords: true },
    ]);
    expect(refusal('', { ONIONCAST_CHAT_FILTER: '[{"action":"hold"}]' })[0]).toContain('either text or pattern');
  });
});
