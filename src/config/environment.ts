import type { Findings, Given } from './given.ts';
import { nearestName } from './nearest.ts';
import { type Setting, settingsByName } from './settings.ts';

const prefix = 'ONIONCAST_';

/** Variables that are ours and no settings: the configuration file, whether a fault shows where it happened, whether the launcher installs programs. */
const otherVariables = new Set(['ONIONCAST_CONFIG', 'ONIONCAST_DEBUG', 'ONIONCAST_SETUP']);

/** Finds the settings in the environment: `ONIONCAST_HLS_SEGMENT=2s`. Lists are separated by commas, or written as JSON. */
export function readEnvironment(environment: Readonly<Record<string, string | undefined>>, base: string): Findings {
  const byVariable = new Map([...settingsByName.values()].map((setting) => [setting.variable, setting]));
  const names = [...byVariable.keys()].map((variable) => variable.slice(prefix.length));
  const given: Given[] = [];
  const problems: string[] = [];
  for (const [variable, text] of Object.entries(environment)) {
    if (text === undefined || !variable.startsWith(prefix) || otherVariables.has(variable)) continue;
    const setting = byVariable.get(variable);
    if (setting !== undefined) {
      given.push({ name: setting.name, value: valueOf(text, setting), origin: variable, base });
      continue;
    }
    const nearest = nearestName(variable.slice(prefix.length), names);
    const advice =
      nearest === undefined ? 'onioncast config prints all there are' : `did you mean ${prefix}${nearest}?`;
    problems.push(`the environment variable ${variable.slice(0, 60)} is no setting; ${advice}`);
  }
  return { given, problems };
}

/** What the text means to this setting; the text itself where it means nothing, for the message that refuses it. */
function valueOf(text: string, setting: Setting): unknown {
  const kind = Array.isArray(setting.initial) ? 'list' : typeof setting.initial;
  if (kind === 'boolean') return { true: true, false: false, '1': true, '0': false }[text] ?? text;
  if (kind === 'number') return /^-?\d+$/.test(text) ? Number(text) : text;
  return kind === 'list' ? listOf(text) : text;
}

function listOf(text: string): unknown {
  if (!text.startsWith('[')) return text === '' ? [] : text.split(',').map((item) => item.trim());
  try {
    return JSON.parse(text);
  } catch {
    return text; // Not JSON after all: refused below, as text where a list belongs.
  }
}
