'use strict';

/**
 * `npm run test:offline`: the end-to-end tests on a machine without a network: in a namespace of their own that holds nothing but the loopback interface. What
 * asked for anything outside would fail. Linux alone; arguments go to vitest.
 */

const { onSuitableNode, runOn } = require('../bin/setup/suitable-node.cjs');

onSuitableNode(__filename, async (args) => {
  const { build } = require('../bin/setup/build.cjs');
  const place = require('../bin/setup/place.cjs');
  const { installPrograms } = require('../bin/setup/programs.cjs');
  await installPrograms('test', args);
  await build();
  process.chdir(place.root);
  process.env.PATH = place.widePath();
  const projects = args.includes('--project') ? [] : ['--project', 'e2e'];
  const vitest = [process.execPath, 'node_modules/vitest/vitest.mjs', 'run', ...projects, ...args];
  // Whoever is not root becomes it within, which is what it takes to have a network of one's own.
  const asRoot = process.getuid() === 0 ? [] : ['--map-root-user'];
  await runOn('unshare', [...asRoot, '--net', 'sh', '-c', 'ip link set lo up && exec "$0" "$@"', ...vitest]);
});
