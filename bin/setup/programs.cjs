'use strict';

const readline = require('readline/promises');
const { missingNeeds } = require('./needs.cjs');
const { hasProgram } = require('./place.cjs');
const { runQuietly } = require('./quiet.cjs');
const { SetupError, say } = require('./say.cjs');

/**
 * Sees to it that the system's programs for `purpose` (`serve` or `test`) are there: installs what is missing through the system's package
 * manager after asking, and without asking where nobody can answer and we may. Returns the names of what is still missing and can be done without.
 */
async function installPrograms(purpose, args) {
  if (process.env.ONIONCAST_SETUP === 'off') return [];
  const missing = missingNeeds(purpose, args);
  if (missing.length === 0) return [];
  await installThrough(packageManager(), missing);
  const still = missingNeeds(purpose, args);
  for (const need of still) say(`Without ${need.name}, ${need.without}.`);
  if (still.some((need) => need.name === 'FFmpeg') && purpose === 'serve')
    throw new SetupError('Onioncast cannot start.');
  return still.map((need) => need.name);
}

/** The package manager of this system; apt-get is driven, for the others the command is shown. */
function packageManager() {
  const managers = [
    { name: 'apt', program: 'apt-get', install: 'apt-get install -y --no-install-recommends' },
    { name: 'dnf', program: 'dnf', install: 'dnf install -y' },
    { name: 'pacman', program: 'pacman', install: 'pacman -S --needed' },
    { name: 'brew', program: 'brew', install: 'brew install' },
  ];
  return managers.find((manager) => hasProgram(manager.program));
}

async function installThrough(manager, missing) {
  const names = missing.map((need) => need.name).join(', ');
  const packages =
    manager === undefined ? [] : missing.flatMap((need) => need[manager.name]).map((entry) => entry.split('|')[0]);
  if (packages.length === 0) {
    say(`Missing: ${names}. Please install it yourself.`);
    return;
  }
  const isRoot = process.getuid?.() === 0;
  const prefix = isRoot || manager.name === 'brew' ? '' : 'sudo ';
  const command = `${prefix}${manager.install} ${packages.join(' ')}`;
  const mayInstall = manager.name === 'apt' && (isRoot || (hasProgram('sudo') && (canAsk() || process.env.CI)));
  if (!mayInstall) {
    say(`Missing: ${names}. Install it with:\n  ${command}`);
    return;
  }
  if (!(await isWanted(names, command))) return;
  await installWithApt(missing, isRoot ? [] : canAsk() ? ['sudo'] : ['sudo', '-n'], command);
}

/** Asks the person who is there. Where nobody is, a root or a build machine has been set up for this, and is not asked. */
async function isWanted(names, command) {
  if (!canAsk()) return true;
  const terminal = readline.createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`Missing: ${names}.\nInstall it now with "${command}"? [Y/n] `);
    return /^\s*(y|yes)?\s*$/i.test(answer);
  } catch (error) {
    throw error.name === 'AbortError' ? new SetupError('Stopped.') : error; // Ctrl-C at the question.
  } finally {
    terminal.close();
  }
}

function canAsk() {
  return process.stdin.isTTY === true && process.stderr.isTTY === true && !process.env.CI;
}

async function installWithApt(missing, prefix, command) {
  say(`Installing ${missing.map((need) => need.name).join(', ')} with apt-get (a few minutes) ...`);
  // A failure here may be one broken source among good ones; whether it matters shows at the installation.
  const update = await asRoot(prefix, 'exec apt-get update -qq');
  const install = await installPackages(missing, prefix);
  if (install.ok) return;
  // One package that cannot be had must not cost all the others.
  for (const need of missing.length > 1 ? missing : []) await installPackages([need], prefix);
  say(`This failed: ${command}\n\n${[update.ok ? '' : update.output, install.output].join('\n').trim()}\n`);
}

async function installPackages(missing, prefix) {
  const packages = await Promise.all([...new Set(missing.flatMap((need) => need.apt))].map(existing));
  return asRoot(prefix, installScript, packages.filter(Boolean));
}

/**
 * Debian starts what it installs, unless a policy forbids it: the tor that matters is our own, and the one of the system stays as it is.
 * A policy that is there is left alone.
 */
const installScript = `
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  trap 'exit 130' INT TERM HUP
  printf '#!/bin/sh\\nexit 101\\n' > "$policy" && chmod 755 "$policy"
fi
apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=300 "$@"
`;

function asRoot(prefix, script, args = []) {
  const [program, ...rest] = [
    ...prefix,
    '/usr/bin/env',
    'DEBIAN_FRONTEND=noninteractive',
    'LC_ALL=C.UTF-8',
    'sh',
    '-c',
    script,
    'sh',
    ...args,
  ];
  return runQuietly(program, rest);
}

/** The first package of `a|b` that this system knows. */
async function existing(entry) {
  for (const name of entry.split('|')) {
    const { output } = await runQuietly('apt-cache', ['policy', name], { env: { ...process.env, LC_ALL: 'C' } });
    // A name that is only mentioned by other packages has no candidate.
    if (/^ +Candidate: (?!\(none\))/m.test(output)) return name;
  }
  say(`This system has no package ${entry.replaceAll('|', ' or ')}.`);
  return undefined;
}

module.exports = { installPrograms };
