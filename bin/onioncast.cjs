#!/usr/bin/env node
'use strict';

/**
 * Starts Onioncast on whatever Node is there. This file, and what it loads before the right Node runs it, keeps to the syntax of Node 12, so
 * that an old Node gets an answer instead of a syntax error. Onioncast itself runs on the Node that the npm package `node` pins.
 */

const path = require('path');
const { pathToFileURL } = require('url');
const { withNodeFlags } = require('./setup/node-flags.cjs');
const place = require('./setup/place.cjs');
const { onSuitableNode } = require('./setup/suitable-node.cjs');

onSuitableNode(__filename, async (args) => {
  const isServing = args[0] === 'serve' && !args.some((arg) => arg === '--help' || arg === '-h');
  if (isServing) withNodeFlags(__filename, args);
  const { build } = require('./setup/build.cjs');
  const { installPrograms } = require('./setup/programs.cjs');
  const missing = isServing ? await installPrograms('serve', args) : [];
  await build();
  const main = path.join(place.root, 'dist', 'cli', 'main.js');
  process.env.PATH = place.widePath();
  process.argv = [process.execPath, main].concat(args, missing.includes('tor') ? ['--no-tor'] : []);
  await import(pathToFileURL(main).href);
});
