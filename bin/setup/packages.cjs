'use strict';

const fs = require('fs');
const path = require('path');
const place = require('./place.cjs');
const { runQuietly } = require('./quiet.cjs');
const { SetupError, say } = require('./say.cjs');

/** Installs the npm packages, unless those that the lock file names are there. */
async function installPackages() {
  if (areInstalled() && place.suitableNode() !== undefined) return;
  if (place.currentMajor < place.installerMajor) {
    throw new SetupError(
      'Onioncast needs Node ' +
        place.installerMajor +
        ' or newer to install itself; this is ' +
        process.version +
        '.\n' +
        'Get one from https://nodejs.org/en/download or your system (Debian 12 and newer have it), then start again.',
    );
  }
  if (isLink(path.join(place.root, 'node_modules'))) {
    // npm ci empties the directory first, and this one belongs to another checkout that may be in use.
    throw new SetupError(
      'node_modules is a link, and not what package-lock.json asks for. Run npm ci where it leads, or delete the link.',
    );
  }
  say('Installing the npm packages, the pinned Node ' + place.wantedMajor + ' among them (a minute or two) ...');
  const npm = npmCommand();
  // Development packages too, whatever NODE_ENV says: they hold the compiler and the pinned Node.
  const flags = ['ci', '--include=dev', '--no-audit', '--no-fund', '--no-progress', '--loglevel=error'];
  const result = await runQuietly(npm.command, npm.args.concat(flags), {
    cwd: place.root,
    env: Object.assign({}, process.env, { PATH: place.outerPath() }),
    shell: npm.shell,
  });
  if (!result.ok) throw new SetupError('npm ci failed. What it said:\n\n' + result.output);
  if (place.suitableNode() === undefined) {
    throw new SetupError(
      'The npm package "node" brought no Node for this system (' +
        process.platform +
        ' ' +
        process.arch +
        ').\n' +
        'Install Node ' +
        place.wantedMajor +
        ' or newer yourself, then start again.',
    );
  }
}

/** Whether what npm last installed is what the lock file asks for. Packages for other systems are in the one and not in the other. */
function areInstalled() {
  const wanted = readPackages(path.join(place.root, 'package-lock.json'));
  const present = readPackages(path.join(place.root, 'node_modules', '.package-lock.json'));
  if (wanted === undefined || present === undefined) return false;
  return Object.keys(wanted).every((name) => {
    if (name === '') return true;
    const entry = present[name];
    if (entry === undefined) return wanted[name].optional === true;
    return entry.version === wanted[name].version && entry.integrity === wanted[name].integrity;
  });
}

function isLink(file) {
  try {
    return fs.lstatSync(file).isSymbolicLink();
  } catch {
    return false; // Nothing there yet.
  }
}

function readPackages(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined; // Missing or cut short: installing again heals both.
  }
}

/** npm as it was started, if it was npm that started us; else the one on the PATH. */
function npmCommand() {
  const { npm_execpath: script, npm_node_execpath: node } = process.env;
  const isOurs = node !== undefined && node.startsWith(path.join(place.root, 'node_modules'));
  if (script && node && !isOurs && path.basename(script) === 'npm-cli.js')
    return { command: node, args: [script], shell: false };
  return { command: 'npm', args: [], shell: process.platform === 'win32' };
}

module.exports = { installPackages };
