import { describe, expect, it } from 'vitest';
import { AppError } from '../errors.ts';
import { explainFailure } from './failure.ts';

describe('explainFailure', () => {
  it('gives the sentence, what to do and the code', () => {
    const failure = explainFailure(new AppError('SOURCE_UNUSABLE', 'There is no file x.'), { withTrace: false });
    expect(failure.text).toBe('There is no file x.\nChoose another one with --source. [SOURCE_UNUSABLE]');
    expect(failure.exitCode).toBe(3);
  });

  it('ends with another code for a wrong configuration', () => {
    expect(explainFailure(new AppError('CONFIG_INVALID'), { withTrace: false }).exitCode).toBe(2);
  });

  it('says nothing of the inside of an unexpected fault unless debugging', () => {
    const fault = new TypeError('secret is not a function');
    const quiet = explainFailure(fault, { withTrace: false });
    expect(quiet.text).toContain('[INTERNAL]');
    expect(quiet.text).not.toContain('secret');
    expect(quiet.exitCode).toBe(1);
    expect(explainFailure(fault, { withTrace: true }).text).toContain('failure.test.ts');
  });
});
