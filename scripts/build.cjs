'use strict';

/** `npm run build`: compiles server and client into dist/. Nothing to do if that was done with these very sources. */

const { onSuitableNode } = require('../bin/setup/suitable-node.cjs');

onSuitableNode(__filename, async () => {
  await require('../bin/setup/build.cjs').build();
});
