'use strict';

/** `npm run help`: every command of the repository in one line each. A test compares this list with package.json. */

const commands = [
  ['npm start', 'set everything up and broadcast; flags after --, as in: npm start -- --no-tor'],
  ['npm test', 'set everything up and run every test; npm test -- --project unit src/mp4 for some'],
  ['npm run check', 'types, format, lint, import rules, dead code, size budgets'],
  ['npm run format', 'write every file the way the formatter wants it'],
  ['npm run build', 'compile server and client into dist/'],
  ['npm run test:offline', 'the end-to-end tests in an empty network namespace: loopback and nothing else'],
  ['npm run test:long', 'the tests that take hours'],
  ['npm run bench', 'every benchmark'],
  ['npm run bench:latency', 'glass to glass, per way of watching, browser and line; with --minutes 10 also the drift'],
  ['npm run bench:join', 'from the click to the first picture, through a far Tor circuit'],
  ['npm run bench:stall', 'what a line that stands still or narrows does to the picture'],
  ['npm run bench:capacity', 'thousands of viewers: CPU and memory beside nginx'],
  ['npm run bench:chat', 'a thousand people in the chat: delay, losses, CPU'],
  ['npm run bench:abuse', 'replay, parallel attempts and brute force on captcha, login and invitation'],
  ['npm run bench:not-found', 'whether the time of an answer tells what is private from what is not there'],
  ['npm run bench:attack', 'hostile circuits against honest viewers, through a network of real tors'],
  ['npm run bench:tors', 'what one tor carries and what two carry: viewers, CPU per gigabyte'],
  ['npm run bench:page-weight', 'bytes and round trips to the first picture'],
  ['npm run help', 'this list'],
  ['node scripts/write-control-reference.js', 'bring docs/CONTROL.md up to date with the control socket'],
  ['node scripts/write-threats.js', 'bring the lists of tests in docs/THREATS.md up to date'],
  ['node scripts/write-confusables.js', 'make the table of look-alike characters anew, from the Unicode of this Node'],
  ['node bin/onioncast.cjs --help', 'the program itself: serve, doctor, config, and commands for a server that runs'],
];

const width = Math.max(...commands.map(([command]) => command.length));
for (const [command, words] of commands) console.log(`${command.padEnd(width)}  ${words}`);
