import { request } from 'node:http';
import { createInterface } from 'node:readline';

/** Answers `!uptime` in the chat: node uptime-bot.js DATA_DIRECTORY. Nothing but Node; what strangers write is compared and nothing else. */
const socketPath = `${process.argv[2] ?? './data'}/run/control.sock`;
const pauseMs = 10_000;
let answeredAt = Number.NEGATIVE_INFINITY;

function ask(method, path, body) {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { 'Content-Type': 'application/json' };
    const asking = request({ socketPath, method, path, headers }, resolve);
    asking.on('error', reject).end(body === undefined ? undefined : JSON.stringify(body));
  });
}

async function answer({ id }) {
  if (performance.now() - answeredAt < pauseMs) return;
  answeredAt = performance.now();
  const { stream } = JSON.parse((await (await ask('GET', '/status')).toArray()).join(''));
  const minutes = Math.floor((stream.uptimeSeconds ?? 0) / 60);
  const text = stream.uptimeSeconds === undefined ? 'Nothing is on air.' : `On air for ${minutes} minutes.`;
  (await ask('POST', '/say', { text, replyTo: id })).resume();
}

const events = await ask('GET', '/events');
for await (const line of createInterface({ input: events })) {
  const { event, message } = JSON.parse(line);
  if (event === 'message' && message.text === '!uptime') await answer(message);
}
