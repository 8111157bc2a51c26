import { Readable } from 'node:stream';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Publication } from '../ingest/publication.ts';
import { Curtain } from './curtain.ts';

describe('the curtain', () => {
  let said: string[];
  let curtain: Curtain;

  beforeEach(() => {
    said = [];
    curtain = new Curtain({
      start: () => said.push('start'),
      stop: () => said.push('stop'),
      begin: ({ kind }) => {
        said.push(`begin ${kind}`);
        return 'accepted';
      },
      end: ({ kind }) => said.push(`end ${kind}`),
    });
  });

  function publication(kind: Publication['kind'] = 'rtmp'): Publication {
    return { kind, format: 'flv', hasAudio: true, open: () => Readable.from([]) };
  }

  it('lets a publisher wait, one at a time, and shows it when it opens', () => {
    const one = publication();
    expect(curtain.begin(one)).toBe('accepted');
    expect(curtain.begin(publication('push'))).toBe('busy');
    expect(said).toEqual([]);
    curtain.open();
    curtain.open();
    expect(said).toEqual(['begin rtmp', 'start']);
    curtain.end(one);
    expect(said.at(-1)).toBe('end rtmp');
  });

  it('forgets who has waited in vain', () => {
    const one = publication();
    curtain.begin(one);
    curtain.end(one);
    curtain.open();
    expect(said).toEqual(['start']);
  });

  it('ends what is shown when it closes, and shows who is still there when it opens again', () => {
    curtain.open();
    const one = publication();
    curtain.begin(one);
    curtain.close();
    curtain.close();
    expect(said).toEqual(['start', 'begin rtmp', 'stop']);
    expect(curtain.begin(publication())).toBe('busy');
    curtain.open();
    expect(said.slice(3)).toEqual(['begin rtmp', 'start']);
  });
});
