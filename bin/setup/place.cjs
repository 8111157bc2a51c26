'use strict';

const fs = require('fs');
const path = require('path');

/** The directory of the checkout. */
const root = path.resolve(__dirname, '..', '..');

const windows = process.platform === 'win32';
const pinned = path.join(root, 'node_modules', 'node', 'bin', windows ? 'node.exe' : 'node');

/** The oldest Node that Onioncast itself runs on, and the oldest that can install its packages. */
const wantedMajor = 24;
const installerMajor = 18;

const currentMajor = Number(process.versions.node.split('.')[0]);

/** The Node to run Onioncast with: the pinned one, or the current one if that will do; nothing if there is none. */
function suitableNode() {
  if (currentMajor >= wantedMajor) return process.execPath;
  return fs.existsSync(pinned) ? pinned : undefined;
}

/** The PATH without our own packages, for programs that replace them. */
function outerPath() {
  const own = path.join(root, 'node_modules');
  return searchPath()
    .filter((directory) => !directory.startsWith(own))
    .join(path.delimiter);
}

/** The PATH with the directories of system programs, where Debian keeps tor and which a plain user's PATH lacks. */
function widePath() {
  const system = windows ? [] : ['/usr/local/sbin', '/usr/sbin', '/sbin'];
  return searchPath().concat(system).join(path.delimiter);
}

function searchPath() {
  return (process.env.PATH || '').split(path.delimiter).filter(Boolean);
}

/** Whether a program of that name can be started. */
function hasProgram(name) {
  return widePath()
    .split(path.delimiter)
    .some((directory) => isExecutable(path.join(directory, windows ? name + '.exe' : name)));
}

function isExecutable(file) {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false; // Not there, or not ours to start: the same to whoever looks for a program.
  }
}

module.exports = { root, wantedMajor, installerMajor, currentMajor, suitableNode, outerPath, widePath, hasProgram };
