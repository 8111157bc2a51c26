'use strict';

const { spawn } = require('child_process');

/** How much of a program's output is kept to be shown if it fails. */
const keptCharacters = 1000000;

/**
 * Runs a program without showing its output. Resolves with `{ ok, output }`; `output` is what it wrote, for the case that it failed.
 * Interrupting us interrupts it too: it is in the same process group.
 */
function runQuietly(command, args, options) {
  return new Promise((resolve) => {
    let output = '';
    const keep = (text) => {
      output = (output + text).slice(-keptCharacters);
    };
    const child = spawn(command, args, Object.assign({ stdio: ['inherit', 'pipe', 'pipe'] }, options));
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);
    child.on('error', (error) => resolve({ ok: false, output: error.message }));
    child.on('close', (code, signal) => {
      if (signal) keep('\nended by ' + signal);
      resolve({ ok: code === 0, output: output.trim() });
    });
  });
}

module.exports = { runQuietly };
