'use strict';

const { spawn } = require('child_process');
const os = require('os');
const { installPackages } = require('./packages.cjs');
const place = require('./place.cjs');
const { reportAndExit } = require('./say.cjs');

/**
 * Installs the npm packages if they are not there, then does `work(args)` on a Node that is new enough: here, or by running `script` again
 * on the pinned one.
 */
function onSuitableNode(script, work) {
  const args = process.argv.slice(2);
  stopWithNpm();
  installPackages()
    .then(() =>
      place.currentMajor < place.wantedMajor ? runOn(place.suitableNode(), [script].concat(args)) : work(args),
    )
    .catch(reportAndExit);
}

/** npm hands SIGTERM to its shell, and the shell ends without handing it on. So whoever npm started stops when its parent is gone. */
function stopWithNpm() {
  const parent = process.ppid;
  if (!process.env.npm_lifecycle_event) return;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, 500);
  watch.unref();
}

/** Runs Node with our standard streams, hands signals on and ends the way it ends. */
function runOn(node, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(node, args, { stdio: 'inherit' });
    // A terminal sends Ctrl-C to both of us; whoever gets it twice within a moment takes it for one.
    ['SIGINT', 'SIGTERM', 'SIGHUP'].forEach((signal) => {
      process.on(signal, () => child.kill(signal));
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      process.exitCode = signal ? 128 + os.constants.signals[signal] : code;
      resolve();
    });
  });
}

module.exports = { onSuitableNode, runOn };
