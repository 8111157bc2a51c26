import { parse } from 'smol-toml';
import { expect, it } from 'vitest';
import { renderSample } from './sample.ts';
import { settingsByName } from './settings.ts';
import { readToml } from './toml-file.ts';

it('gives every setting with its default, and nothing else', () => {
  const { given, problems } = readToml(renderSample(), 'sample', '/');
  expect(problems).toEqual([]);
  expect(Object.fromEntries(given.map(({ name, value }) => [name, value]))).toEqual(
    Object.fromEntries([...settingsByName.values()].map(({ name, initial }) => [name, initial])),
  );
  expect(given).toHaveLength(settingsByName.size);
});

it('says what every setting does and what is accepted, on lines that fit a terminal', () => {
  const sample = renderSample();
  const flat = sample.replace(/\n# /g, ' ');
  for (const { description, expects } of settingsByName.values()) {
    expect(flat).toContain(description);
    expect(flat.toLowerCase()).toContain(expects.toLowerCase());
  }
  expect(Math.max(...sample.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
});

it('gives no setting twice the same name in the file or the environment', () => {
  const variables = [...settingsByName.values()].map((setting) => setting.variable);
  expect(new Set(variables).size).toBe(variables.length);
  expect(Object.keys(parse(renderSample())).length).toBeGreaterThan(10);
});
