/**
 * Many people in the chat: half with endless documents, half with events for script, each a viewer of its own, and messages at a steady pace. Every one
 * must get every message once and in order; says how long that took from the moment of posting, and what it cost the server. Linux only.
 *
 *   npm run bench:chat -- [--people 1000] [--rate 10] [--seconds 60]
 */
import { parseArgs } from 'node:util';
import { Onioncast } from '../test/support/onioncast.ts';
import { ChatPoster } from './support/chat-poster.ts';
import { ChatReader, markOf, type ReadingMode } from './support/chat-readers.ts';
import { cpuSeconds, residentBytes } from './support/process-usage.ts';
import { quantile, table } from './support/statistics.ts';

const modes: readonly ReadingMode[] = ['frames', 'events'];
const targets = { p95Ms: 100, milliCoresPerPerson: 0.375 };
/** anonstream 1.6.9, measured on a machine of this kind; printed for comparison, not measured here. */
const olderSystem = [
  ['anonstream 1.6.9, 400 with script, 10/s', '27', '47', '-', '0.75'],
  ['anonstream 1.6.9, 100 without script, 1/s', '2000', '3800', '-', '1.30'],
  ['anonstream 1.6.9, 400 without script, 5/s', '3300', '9300', '-', '2.13, saturated, messages lost'],
];
/** What may still be on its way when the last message has been posted. */
const settleMs = 5000;

interface Wish {
  readonly people: number;
  readonly rate: number;
  readonly seconds: number;
}

function readWish(): Wish {
  const { values } = parseArgs({
    options: {
      people: { type: 'string', default: '1000' },
      rate: { type: 'string', default: '10' },
      seconds: { type: 'string', default: '60' },
    },
  });
  return { people: Number(values.people), rate: Number(values.rate), seconds: Number(values.seconds) };
}

const pause = async (ms: number): Promise<void> => await new Promise((resolve) => setTimeout(resolve, ms));

async function openAll(people: number, open: (mode: ReadingMode) => Promise<ChatReader>): Promise<ChatReader[]> {
  const readers: ChatReader[] = [];
  // A few at a time: the queue of connections that wait to be accepted is bounded.
  while (readers.length < people) {
    const batch = Array.from({ length: Math.min(20, people - readers.length) }, (_, index) =>
      open(modes[index % modes.length] ?? 'frames'),
    );
    readers.push(...(await Promise.all(batch)));
  }
  return readers;
}

/** Posts at a steady pace, however long each answer takes; returns when all have been acknowledged. */
async function postAll(poster: ChatPoster, { rate, seconds }: Wish, onPost: (number: number) => void): Promise<void> {
  const startMs = performance.now();
  const answers: Promise<void>[] = [];
  for (let number = 0; number < rate * seconds; number += 1) {
    await pause(Math.max(0, startMs + (number * 1000) / rate - performance.now()));
    onPost(number);
    answers.push(poster.post(`${markOf(number)} and a few more words, as people write them`));
  }
  await Promise.all(answers);
}

async function run(server: Onioncast, wish: Wish): Promise<boolean> {
  const origin = new URL(server.url);
  const login = await server.event('login');
  const poster = await ChatPoster.logIn(origin, 'broadcaster', login.password ?? '');
  const postedAtMs: number[] = [];
  const latenciesMs: Record<ReadingMode, number[]> = { frames: [], events: [] };
  const onMark = (number: number, mode: ReadingMode): void => {
    latenciesMs[mode].push(performance.now() - (postedAtMs[number] ?? Number.NaN));
  };
  const readers = await openAll(wish.people, async (mode) => await ChatReader.open(mode, origin, onMark));
  const [cpuBefore, startMs] = [cpuSeconds(server.pid), performance.now()];
  await postAll(poster, wish, (number) => (postedAtMs[number] = performance.now()));
  const [cpu, elapsedMs] = [cpuSeconds(server.pid) - cpuBefore, performance.now() - startMs];
  const memory = residentBytes(server.pid);
  const expected = wish.rate * wish.seconds;
  const deadline = performance.now() + settleMs;
  const isComplete = (reader: ChatReader): boolean => reader.isInOrder && reader.received === expected;
  while (!readers.every(isComplete) && performance.now() < deadline) await pause(50);
  const complete = readers.filter(isComplete).length;
  const milliCores = (cpu / (elapsedMs / 1000) / wish.people) * 1000;
  const rows = modes.map((mode) => {
    const [p50, p95, max] = [0.5, 0.95, 1].map((fraction) => quantile(latenciesMs[mode], fraction).toFixed(1));
    return [
      `${mode}, ${readers.filter((reader) => reader.mode === mode).length} people, ${wish.rate}/s`,
      p50,
      p95,
      max,
    ];
  });
  console.log(
    table([
      ['', 'p50 ms', 'p95 ms', 'max ms', 'thousandths of a core per person'],
      ...rows.map((row) => [...row.map(String), milliCores.toFixed(3)]),
      ...olderSystem,
    ]),
  );
  console.log(
    `\n${complete} of ${readers.length} got all ${expected} messages once and in order; ${readers.filter((reader) => reader.isEnded).length} were cut off` +
      `\nserver: ${cpu.toFixed(2)} s of CPU in ${(elapsedMs / 1000).toFixed(1)} s, ${(memory / 1e6).toFixed(0)} MB` +
      `\ntargets: p95 below ${targets.p95Ms} ms in both modes, below ${targets.milliCoresPerPerson} thousandths of a core per person`,
  );
  for (const reader of readers) reader.close();
  poster.close();
  const isFast = modes.every((mode) => quantile(latenciesMs[mode], 0.95) < targets.p95Ms);
  return complete === readers.length && isFast && milliCores < targets.milliCoresPerPerson;
}

async function main(): Promise<void> {
  const wish = readWish();
  const server = await Onioncast.start({
    env: {
      ONIONCAST_SOURCE: 'none',
      ONIONCAST_LIMITS_CONNECTIONS: String(wish.people + 64),
      ONIONCAST_LIMITS_VIEWERS: String(wish.people),
    },
  });
  try {
    if (!(await run(server, wish))) process.exitCode = 1;
  } finally {
    await server.close();
  }
}

await main();
