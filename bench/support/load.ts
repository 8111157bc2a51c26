import { availableParallelism, loadavg } from 'node:os';

const everyMs = 5000;

/** Looks at how busy the machine is from now on; what it returns says so in a sentence, and ends the looking. */
export function watchLoad(): () => string {
  const seen: number[] = [];
  const timer = setInterval(() => seen.push(loadavg()[0] ?? 0), everyMs);
  timer.unref();
  return () => {
    clearInterval(timer);
    const [cores, most] = [availableParallelism(), Math.max(loadavg()[0] ?? 0, ...seen)];
    const verdict =
      most > 1.5 * cores
        ? 'too busy: these figures are at best an indication.'
        : 'quiet enough for these figures to mean something.';
    return `\nThe load of this machine was at most ${most.toFixed(1)} on ${cores} cores, ${verdict}`;
  };
}
