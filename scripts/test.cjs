'use strict';

/** `npm test`: sets up everything the tests need, builds, and runs them all. Arguments go to vitest: `npm test -- --project unit`. */

const { onSuitableNode, runOn } = require('../bin/setup/suitable-node.cjs');

/** All but the project `long`, which takes hours. */
const everyday = ['unit', 'rules', 'e2e', 'browser', 'tor'];

onSuitableNode(__filename, async (args) => {
  const { build } = require('../bin/setup/build.cjs');
  const place = require('../bin/setup/place.cjs');
  const { installPrograms } = require('../bin/setup/programs.cjs');
  await installPrograms('test', args);
  await build();
  process.chdir(place.root);
  process.env.PATH = place.widePath();
  const projects = args.includes('--project') ? [] : everyday.flatMap((name) => ['--project', name]);
  await runOn(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', '--passWithNoTests', ...projects, ...args]);
});
