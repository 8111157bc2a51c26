import { z } from 'zod';
import { configSchema } from './schema.ts';
import { type SettingDoc, settingDocs } from './setting.ts';

/** One setting of the schema under each of its names. */
export interface Setting extends SettingDoc {
  /** Where it is in the checked configuration: `['tor', 'pow', 'rate']`. */
  readonly path: readonly string[];
  /** Its name in the file: `tor.pow.rate`. */
  readonly name: string;
  /** Its name in the environment: `ONIONCAST_TOR_POW_RATE`. */
  readonly variable: string;
  /** Its value as the file would write it. */
  readonly initial: unknown;
  readonly schema: z.ZodType;
}

/** A group of settings, `[tor.pow]` in the file. */
export interface Section {
  readonly name: string;
  readonly description: string;
  /** The settings directly in it. */
  readonly settings: readonly Setting[];
}

/** The sections of the file in its order, the nameless one at the top first. A section comes before those inside it. */
export const sections: readonly Section[] = sectionsOf(configSchema, []);

/** Every setting by its name in the file. */
export const settingsByName: ReadonlyMap<string, Setting> = new Map(
  sections.flatMap((section) => section.settings).map((setting) => [setting.name, setting]),
);

/** Names of the sections, without the nameless one. */
export const sectionNames: ReadonlySet<string> = new Set(sections.slice(1).map((section) => section.name));

function sectionsOf(object: z.ZodObject, path: readonly string[]): Section[] {
  const settings: Setting[] = [];
  const inner: Section[] = [];
  for (const [key, child] of Object.entries(object.shape)) {
    const childPath = [...path, key];
    if (child instanceof z.ZodObject) inner.push(...sectionsOf(child, childPath));
    else if (child instanceof z.ZodPrefault) settings.push(settingOf(child, childPath));
  }
  return [{ name: fileName(path), description: docOf(object).description, settings }, ...inner];
}

function settingOf(schema: z.ZodPrefault, path: readonly string[]): Setting {
  const name = fileName(path);
  const variable = `ONIONCAST_${name.replaceAll('.', '_').toUpperCase()}`;
  return { ...docOf(schema), path, name, variable, initial: schema.def.defaultValue, schema };
}

function docOf(schema: z.ZodType): SettingDoc {
  const doc = settingDocs.get(schema);
  if (doc === undefined) throw new Error('a setting without a description');
  return doc;
}

/** `['hls', 'memoryBytes']` is `hls.memory`: in the file, the unit stands in the value. */
function fileName(path: readonly string[]): string {
  return path
    .map((key) => key.replace(/(?:Ms|Bytes)$/, '').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`))
    .join('.');
}
