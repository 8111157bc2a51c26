'use strict';

/**
 * Left alone, V8 doubles the space for young objects whenever enough of them have lived on, to 128 MiB where the machine has the memory, without any need:
 * with sixteen (two halves) nothing is slower. A larger one also keeps media that nobody needs any more for longer: Buffers are freed when it is collected.
 */
const nodeFlags = ['--max-semi-space-size=8'];

/** Node takes them only when it starts. So `script` begins anew in this very process, unless it has them; on Windows, which cannot do that, it goes on without. */
function withNodeFlags(script, args) {
  const isThere = nodeFlags.every((flag) => process.execArgv.includes(flag));
  if (isThere || process.platform === 'win32' || typeof process.execve !== 'function') return;
  process.execve(process.execPath, [process.execPath].concat(process.execArgv, nodeFlags, script, args));
}

module.exports = { nodeFlags, withNodeFlags };
