/**
 * What replay, parallel attempts and brute force get out of captcha, login and invitation: figures against the built server over its unix socket,
 * with tor's PROXY lines.
 *
 *   npm run bench:abuse
 */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Onioncast } from '../test/support/onioncast.ts';
import type { RawAnswer } from '../test/support/raw-http.ts';
import { table } from './support/statistics.ts';
import { Visitor } from './support/visitor.ts';

const host = `${'a'.repeat(56)}.onion`;
const right = 'ACEHK';
const knownCaptchas = fileURLToPath(new URL('./support/known-captchas.js', import.meta.url));

let circuits = 0;

function visitor(server: Onioncast, circuitId = (circuits += 1)): Visitor {
  return new Visitor(path.join(server.data, 'run', 'web.sock'), host, circuitId);
}

function visitors(server: Onioncast, count: number, circuitId?: number): Visitor[] {
  return Array.from({ length: count }, () => visitor(server, circuitId));
}

/** How many answers are of each kind. */
function tally(answers: readonly RawAnswer[]): string {
  const kinds = new Map<string, number>();
  for (const { status, body } of answers) {
    const rule = /rule-([a-z-]+)/.exec(body)?.[1];
    const kind = status === 303 ? 'accepted' : (rule ?? String(status));
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  return [...kinds].map(([kind, count]) => `${count} ${kind}`).join(', ');
}

const accepted = (answers: readonly RawAnswer[]): number => answers.filter(({ status }) => status === 303).length;

/** Slow enough for the limit of requests of one circuit, so that the limit of attempts is what is measured. */
async function paced<T>(people: readonly T[], act: (person: T) => Promise<RawAnswer>): Promise<RawAnswer[]> {
  const answers: RawAnswer[] = [];
  for (const person of people) {
    answers.push(await act(person));
    await new Promise((resolve) => setTimeout(resolve, 210));
  }
  return answers;
}

/** A captcha that somebody has looked at. */
async function seen(person: Visitor): Promise<Record<string, string>> {
  const fields = await person.fields('/chat/form');
  const { status } = await person.get(`/captcha/${fields['captcha']}.png`);
  if (status !== 200) throw new Error(`no picture: ${status}`);
  return { ...fields, do: 'post', message: 'hello', 'captcha-picture': right };
}

type Row = readonly [attempt: string, limit: string, got: number, all: string];

async function captchaRows(server: Onioncast): Promise<Row[]> {
  const solver = visitor(server);
  const solved = await seen(solver);
  const first = await solver.post('/chat/form', solved);
  const stolen = { captcha: solved['captcha'] ?? '', 'captcha-picture': right };
  const replay = await Promise.all(
    visitors(server, 20).map(async (person) => {
      const own = await seen(person);
      return await person.post('/chat/form', { ...own, ...stolen });
    }),
  );
  const fresh = await seen(visitor(server));
  const borrowed = await Promise.all(
    visitors(server, 20).map(async (person) => {
      const own = await seen(person);
      return await person.post('/chat/form', { ...own, captcha: fresh['captcha'] ?? '' });
    }),
  );
  const busy = visitor(server);
  const form = await seen(busy);
  const nonces = Array.from({ length: 50 }, (_, index) => `nonce-${String(index).padStart(6, '0')}`);
  const parallel = await Promise.all(
    nonces.map(async (nonce) => await busy.on((circuits += 1)).post('/chat/form', { ...form, nonce })),
  );
  return [
    ['one right answer, its own session', '1', accepted([first]), tally([first])],
    ['the same solved captcha, 20 other sessions', '0', accepted(replay), tally(replay)],
    ['an unsolved captcha of somebody else, 20 sessions', '0', accepted(borrowed), tally(borrowed)],
    ['50 posts of one right answer at the same time', '1', accepted(parallel), tally(parallel)],
  ];
}

async function bruteRows(server: Onioncast): Promise<Row[]> {
  const circuit = (circuits += 1);
  const people = visitors(server, 100, circuit);
  const forms = new Map<Visitor, Record<string, string>>();
  await paced(people.slice(0, 20), async (person) => {
    forms.set(person, await person.fields('/chat/form'));
    return await person.get(`/captcha/${forms.get(person)?.['captcha']}.png`);
  });
  const some = people.slice(0, 20);
  const wrong = await paced(
    Array.from({ length: 100 }, (_, index) => some[index % some.length] ?? people[0]),
    async (person) => {
      if (person === undefined) throw new Error('nobody is there');
      const form = { ...forms.get(person), do: 'post', message: 'hello', 'captcha-picture': 'XXXXX' };
      return await person.post('/chat/form', form);
    },
  );
  const evaluated = wrong.filter(({ body }) => /rule-captcha-(wrong|expired)/.test(body)).length;
  const looker = visitor(server);
  const pictures = await paced(Array.from({ length: 100 }), async () => {
    const { captcha } = await looker.fields('/chat/form');
    return await looker.get(`/captcha/${captcha}.png`);
  });
  const shown = pictures.filter(({ status }) => status === 200).length;
  return [
    ['100 wrong answers in 21 s, 20 sessions, one circuit: looked at', '3 a minute', evaluated, tally(wrong)],
    ['100 pictures in 42 s, one session: shown', '10 a minute', shown, tally(pictures)],
  ];
}

async function loginRows(server: Onioncast): Promise<Row[]> {
  const password = server.events.find((event) => event.kind === 'login')?.password ?? '';
  const stranger = visitors(server, 50);
  const forms = await Promise.all(stranger.map(async (person) => await person.fields('/broadcaster')));
  const wrong = await Promise.all(
    stranger.map(async (person, index) => {
      return await person.post('/broadcaster/login', {
        ...forms[index],
        name: 'broadcaster',
        password: `wrong ${index}`,
      });
    }),
  );
  const patient = visitor(server);
  const again = await patient.fields('/broadcaster');
  const more: RawAnswer[] = [];
  for (let count = 0; count < 10; count += 1) {
    more.push(await patient.post('/broadcaster/login', { ...again, name: 'broadcaster', password: `wrong ${count}` }));
  }
  const late = visitor(server);
  const login = { ...(await late.fields('/broadcaster')), name: 'broadcaster', password };
  const locked = await late.post('/broadcaster/login', login);
  const evaluated = [...wrong, ...more].filter(({ status }) => status === 403).length;
  return [
    [
      '50 wrong passwords at the same time, then 10 more: looked at',
      '5 a minute',
      evaluated,
      tally([...wrong, ...more]),
    ],
    ['the right password from a stranger in the minute after', '0', accepted([locked]), tally([locked])],
  ];
}

async function invitationRows(server: Onioncast, owner: Visitor): Promise<Row[]> {
  const page = await owner.fields('/broadcaster/access');
  const made = await owner.post('/broadcaster/access', { ...page, do: 'invite', label: '', uses: '1', days: '1' });
  const secret = /\/invitation\/([\w-]{22})/.exec(made.body)?.[1] ?? '';
  const friends = visitors(server, 50);
  const forms = await Promise.all(friends.map(async (person) => await person.fields(`/invitation/${secret}`)));
  const parallel = await Promise.all(
    friends.map(async (person, index) => await person.post(`/invitation/${secret}`, forms[index] ?? {})),
  );
  const circuit = (circuits += 1);
  const guesser = visitor(server, circuit);
  const form = await guesser.fields('/invitation/guess');
  const guesses = await paced(
    Array.from({ length: 100 }, (_, index) => index),
    async (index) => {
      return await guesser.post(`/invitation/${String(index).padStart(22, 'A')}`, form);
    },
  );
  const evaluated = guesses.filter(({ status }) => status === 403).length;
  return [
    ['50 uses of an invitation for one at the same time', '1', accepted(parallel), tally(parallel)],
    ['100 guessed invitations in 21 s, one circuit: looked at', '3 a minute', evaluated, tally(guesses)],
  ];
}

async function main(): Promise<void> {
  const server = await Onioncast.start({
    args: [],
    env: {
      ONIONCAST_TOR_MODE: 'operator',
      ONIONCAST_TOR_ADDRESS: host,
      ONIONCAST_SOURCE: 'none',
      ONIONCAST_CAPTCHA_ASK: 'first',
      // More than all visitors of this benchmark look at: what is measured are the limits for each of them.
      ONIONCAST_CAPTCHA_POOL: '512',
      NODE_OPTIONS: `--import=${knownCaptchas}`,
    },
  });
  try {
    const password = server.events.find((event) => event.kind === 'login')?.password ?? '';
    const owner = visitor(server);
    await owner.post('/broadcaster/login', { ...(await owner.fields('/broadcaster')), name: 'broadcaster', password });
    const rows = [
      ...(await captchaRows(server)),
      ...(await bruteRows(server)),
      ...(await invitationRows(server, owner)),
      ...(await loginRows(server)),
    ];
    const cells = rows.map(([attempt, limit, got, all]) => [attempt, limit, String(got), all]);
    console.log(table([['attempt', 'may pass', 'passed', 'answers'], ...cells]));
  } finally {
    await server.close();
  }
}

await main();
