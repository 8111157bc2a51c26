'use strict';

/**
 * For a server that runs for days. Left alone, V8 doubles the space for young objects whenever enough of them have lived on, in the course of an hour to
 * 128 MiB where the machine has the memory, without any need: sixteen are plenty for thousands of viewers. Fixed, it is the same in the first minute and in the last.
 */
const nodeFlags = ['--min-semi-space-size=16', '--max-semi-space-size=16'];

/** Node takes them only when it starts. So `script` begins anew in this very process, unless it has them; on Windows, which cannot do that, it goes on without. */
function withNodeFlags(script, args) {
  const isThere = nodeFlags.every((flag) => process.execArgv.includes(flag));
  if (isThere || process.platform === 'win32' || typeof process.execve !== 'function') return;
  process.execve(process.execPath, [process.execPath].concat(process.execArgv, nodeFlags, script, args));
}

module.exports = { nodeFlags, withNodeFlags };
