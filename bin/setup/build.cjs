'use strict';

const crypto = require('crypto');
const fs = require('fs');
const path = require('path');
const place = require('./place.cjs');
const { runQuietly } = require('./quiet.cjs');
const { SetupError, say } = require('./say.cjs');

const inputs = [
  'src',
  'client',
  'scripts/build-client.js',
  'tsconfig.json',
  'tsconfig.build.json',
  'package-lock.json',
];
const stamp = path.join(place.root, 'dist', '.sources');

/** Compiles server and client into dist/, unless that was done with these very sources. */
async function build() {
  const digest = digestOf(inputs);
  if (readStamp() === digest) return;
  say('Building ...');
  // A module that was renamed must not live on in its compiled form.
  fs.rmSync(path.join(place.root, 'dist'), { recursive: true, force: true });
  await step('compiling the server', ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json']);
  await step('building the client', ['scripts/build-client.js']);
  fs.writeFileSync(stamp, digest);
}

async function step(what, args) {
  const result = await runQuietly(place.suitableNode(), args, { cwd: place.root });
  if (!result.ok) throw new SetupError('This failed: ' + what + '. What was said:\n\n' + result.output);
}

/** By content: after a checkout, times say nothing. */
function digestOf(names) {
  const hash = crypto.createHash('sha256');
  names.forEach((name) => {
    addTo(hash, name);
  });
  return hash.digest('hex');
}

function addTo(hash, name) {
  const file = path.join(place.root, name);
  const stat = fs.statSync(file);
  if (stat.isDirectory()) {
    fs.readdirSync(file)
      .sort()
      .forEach((entry) => {
        addTo(hash, name + '/' + entry);
      });
  } else if (!/\.test\.tsx?$/.test(name)) {
    hash.update(name + '\0' + stat.size + '\0').update(fs.readFileSync(file));
  }
}

function readStamp() {
  try {
    return fs.readFileSync(stamp, 'utf8');
  } catch {
    return ''; // Never built, or not to the end.
  }
}

module.exports = { build };
