'use strict';

/** `npm run check`: everything about the code that can be judged without running it. All checks run, whatever the first ones find. */

const { onSuitableNode } = require('../bin/setup/suitable-node.cjs');

const bin = 'node_modules/';

const checks = [
  { name: 'types', args: [`${bin}typescript/bin/tsc`, '-p', 'tsconfig.json'] },
  { name: 'types of the client', args: [`${bin}typescript/bin/tsc`, '-p', 'client/tsconfig.json'] },
  { name: 'format', args: [`${bin}@biomejs/biome/bin/biome`, 'format', '.'] },
  { name: 'lint and import rules', args: [`${bin}oxlint/bin/oxlint`] },
  { name: 'dead code', args: [`${bin}knip/bin/knip.js`, '--no-config-hints'] },
  { name: 'sizes', args: ['scripts/size-budget.js'] },
];

onSuitableNode(__filename, async () => {
  const { build } = require('../bin/setup/build.cjs');
  const place = require('../bin/setup/place.cjs');
  const { runQuietly } = require('../bin/setup/quiet.cjs');
  await build();
  let failed = 0;
  for (const { name, args } of checks) {
    const start = performance.now();
    const { ok, output } = await runQuietly(process.execPath, args, { cwd: place.root });
    console.log(`${ok ? 'ok  ' : 'FAIL'}  ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
    if (ok) continue;
    failed += 1;
    console.log(`\n${output}\n`);
  }
  console.log(`${checks.length - failed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
});
