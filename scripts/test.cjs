'use strict';

/** `npm test`: sets up everything the tests need, builds, and runs them all. Arguments go to vitest: `npm test -- --project unit`. */

const { onSuitableNode, runOn } = require('../bin/setup/suitable-node.cjs');

onSuitableNode(__filename, async (args) => {
  const { build } = require('../bin/setup/build.cjs');
  const place = require('../bin/setup/place.cjs');
  const { installPrograms } = require('../bin/setup/programs.cjs');
  await installPrograms('test', args);
  await build();
  process.chdir(place.root);
  process.env.PATH = place.widePath();
  await runOn(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...args]);
});
