'use strict';

/** A failure that the person at the terminal can do something about. */
class SetupError extends Error {}

/** One line about the set-up. On standard error: standard output belongs to the program that is started. */
function say(line) {
  process.stderr.write(line + '\n');
}

/** Last stop of a failed set-up: a sentence for what is expected, the whole trace for what is a bug. */
function reportAndExit(error) {
  say(error instanceof SetupError ? error.message : error.stack);
  process.exitCode = 1;
}

module.exports = { SetupError, say, reportAndExit };
