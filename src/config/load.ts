import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { AppError } from '../errors.ts';
import { findContradictions } from './contradictions.ts';
import { readEnvironment } from './environment.ts';
import { type Findings, type Given, shown } from './given.ts';
import { configSchema, type OnioncastConfig } from './schema.ts';
import { type Setting, settingsByName } from './settings.ts';
import { readToml } from './toml-file.ts';

/** Where settings come from; a later one wins: defaults, the file, the environment, flags. */
export interface ConfigSources {
  /** The file that must be there. Without it, `ONIONCAST_CONFIG`, and without that `onioncast.toml` if it is there. */
  readonly file?: string;
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Settings given on the command line. */
  readonly flags?: readonly Given[];
}

const maxFileBytes = 1024 * 1024;

/** Reads and checks the configuration. Throws an AppError `CONFIG_INVALID` that names every fault, its place and what is expected. */
export function loadConfig({ file, workingDirectory, environment, flags = [] }: ConfigSources): OnioncastConfig {
  const fromFile = readFile(file ?? environment.ONIONCAST_CONFIG, workingDirectory);
  const fromEnvironment = readEnvironment(environment, workingDirectory);
  const all = [...fromFile.given, ...fromEnvironment.given, ...flags];
  refuse([...fromFile.problems, ...fromEnvironment.problems, ...all.flatMap(problemsOf)]);
  const config = assemble(new Map(all.map((given) => [given.name, given])), workingDirectory);
  refuse(findContradictions(config));
  return config;
}

function refuse(problems: readonly string[]): void {
  if (problems.length === 0) return;
  throw new AppError('CONFIG_INVALID', ['The configuration is not valid.', ...problems].join('\n  '));
}

function readFile(wanted: string | undefined, workingDirectory: string): Findings {
  const path = resolve(workingDirectory, wanted ?? 'onioncast.toml');
  const label = wanted ?? basename(path);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) {
    return { given: [], problems: wanted === undefined ? [] : [`${label}: there is no such file`] };
  }
  if (!stat.isFile()) return { given: [], problems: [`${label}: this is not a file`] };
  if (stat.size > maxFileBytes) return { given: [], problems: [`${label}: a configuration has at most 1MiB`] };
  try {
    return readToml(readFileSync(path, 'utf8'), label, dirname(path));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    return { given: [], problems: [`${label}: it cannot be read (${String(error.code)})`] };
  }
}

function problemsOf({ name, value, origin, itemOrigin }: Given): string[] {
  const setting = settingsByName.get(name);
  if (setting === undefined) return [`${origin}: there is no setting ${shown(name)}`];
  const result = setting.schema.safeParse(value);
  if (result.success) return [];
  const [issue] = result.error.issues;
  const reason: unknown = issue?.code === 'custom' ? issue.params?.reason : undefined;
  const because = typeof reason === 'string' ? `: ${reason}` : '';
  const item = issue?.path[0];
  const place = typeof item === 'number' && itemOrigin !== undefined ? itemOrigin(item) : origin;
  return [`${place}: ${name} must be ${setting.expects}${refusedValue(value, setting)}${because}`];
}

function refusedValue(value: unknown, { secret }: Setting): string {
  if (secret) return '';
  if (typeof value === 'string') return `, not ${shown(value)}`;
  // A block of settings is told by its line.
  if (Array.isArray(value) && value.some((item) => typeof item === 'object')) return '';
  if (Array.isArray(value))
    return `, not [${value
      .slice(0, 8)
      .map((item) => shown(String(item)))
      .join(', ')}]`;
  return `, not ${typeof value === 'number' || typeof value === 'boolean' ? value : 'that'}`;
}

function assemble(given: ReadonlyMap<string, Given>, workingDirectory: string): OnioncastConfig {
  const tree: Record<string, unknown> = {};
  for (const setting of settingsByName.values()) {
    const value = given.get(setting.name)?.value ?? setting.initial;
    let place = tree;
    for (const key of setting.path.slice(0, -1)) place = child(place, key);
    place[setting.path.at(-1) ?? ''] = value;
  }
  const baseOf = (name: string) => given.get(name)?.base ?? workingDirectory;
  return withAbsolutePaths(configSchema.parse(tree), baseOf);
}

function child(tree: Record<string, unknown>, key: string): Record<string, unknown> {
  const branch: Record<string, unknown> = Object.assign({}, tree[key]);
  tree[key] = branch;
  return branch;
}

function withAbsolutePaths(config: OnioncastConfig, baseOf: (name: string) => string): OnioncastConfig {
  const { source, tor, encoder } = config;
  const emotes = config.emotes.directory;
  return {
    ...config,
    data: resolve(baseOf('data'), atHome(config.data)),
    emotes: { directory: emotes === '' ? '' : resolve(baseOf('emotes.directory'), atHome(emotes)) },
    source: 'path' in source ? { ...source, path: resolve(baseOf('source'), atHome(source.path)) } : source,
    tor: {
      ...tor,
      binary: program(tor.binary, baseOf('tor.binary')),
      onionbalance: program(tor.onionbalance, baseOf('tor.onionbalance')),
    },
    encoder: {
      ...encoder,
      ffmpeg: program(encoder.ffmpeg, baseOf('encoder.ffmpeg')),
      ffprobe: program(encoder.ffprobe, baseOf('encoder.ffprobe')),
    },
  };
}

function atHome(path: string): string {
  return path.startsWith('~/') ? join(homedir(), path.slice(2)) : path;
}

/** A bare name is looked for on the PATH, as a shell does it. */
function program(name: string, base: string): string {
  return /[/\\]/.test(name) && !isAbsolute(name) ? resolve(base, atHome(name)) : name;
}
