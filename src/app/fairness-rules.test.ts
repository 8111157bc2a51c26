import { expect, it } from 'vitest';
import { defaultFloodPolicy } from '../chat/flood.ts';
import { openModes } from '../chat/modes.ts';
import { loadConfig } from '../config/load.ts';
import { fairnessRulesOf } from './fairness-rules.ts';

it('gives the defaults of the chat where the configuration says nothing', () => {
  const config = loadConfig({ workingDirectory: '/nowhere', environment: {} });
  expect(fairnessRulesOf(config)).toEqual({
    flood: defaultFloodPolicy,
    filters: [],
    modes: { ...openModes, newSpeakersPerMinute: 30, captcha: 'first' },
  });
});
