import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { databaseFile } from '../../src/app/data-directory.ts';
import { Database } from '../../src/store/database.ts';
import { PollRepository } from '../../src/store/polls.ts';
import { textOf } from '../../src/views/html-text.fixture.ts';
import { formIn, type RawVisitor } from './raw-visitor.ts';
import { logIn, type OnionServer, startOnionServer } from './onion-server.ts';

/** A message as its writer knows it. Times are on one monotonic clock. */
interface Sent {
  readonly text: string;
  readonly sentAtMs: number;
  /** When the server said that it was taken; absent if it was killed before it could. */
  ackedAtMs?: number;
}

/** What a run has shown. */
export interface KillFigures {
  kills: number;
  acknowledged: number;
  /** Sent, and never answered: they may be there or not, but not twice. */
  unanswered: number;
  unansweredKept: number;
  hidden: number;
  banned: number;
  votes: number;
}

const posters = 4;
const options = ['one', 'two', 'three'];

/**
 * Kills the built server in the middle of posting, again and again on the same data directory, and looks after each start whether everything that was
 * acknowledged is there. Throws on the first thing that is not.
 */
export class KilledChat {
  readonly figures: KillFigures = {
    kills: 0,
    acknowledged: 0,
    unanswered: 0,
    unansweredKept: 0,
    hidden: 0,
    banned: 0,
    votes: 0,
  };
  readonly #random: () => number;
  readonly #sent = new Map<string, Sent>();
  /** Texts of messages that staff have hidden. */
  readonly #hidden = new Set<string>();
  /** Texts that staff were about to hide when the server was killed. */
  readonly #perhapsHidden = new Set<string>();
  readonly #banned: RawVisitor[] = [];
  readonly #people: RawVisitor[] = [];
  /** The votes that somebody's ballot may show, by person. */
  readonly #votes = new Map<RawVisitor, Set<number>>();
  #data = '';
  #password = '';
  #round = 0;

  /** `random` in [0, 1) decides when the server dies. */
  constructor(random: () => number) {
    this.#random = random;
  }

  /** Kills the server so many times, looks at what is left, and cleans up. */
  async run(kills: number): Promise<KillFigures> {
    this.#data = await mkdtemp(path.join(tmpdir(), 'onioncast-kill-'));
    try {
      await this.#prepare();
      for (this.#round = 1; this.#round <= kills; this.#round += 1) {
        const server = await startOnionServer({ data: this.#data, env: environment });
        await this.#look(server);
        await this.#postUntilKilled(server);
      }
      const last = await startOnionServer({ data: this.#data, env: environment });
      try {
        await this.#look(last);
      } finally {
        await last.program.close();
      }
      this.#checkIntegrity();
    } finally {
      await rm(this.#data, { recursive: true, force: true });
    }
    return this.figures;
  }

  /** A poll that stays open for the whole run, and everybody's session. */
  async #prepare(): Promise<void> {
    const server = await startOnionServer({ data: this.#data, env: environment });
    this.#password = server.password;
    for (let n = 0; n < posters; n += 1) {
      const person = server.neighbour();
      await person.get('/chat/form');
      this.#people.push(person);
    }
    await server.program.close();
    const database = this.#openDatabase();
    const polls = new PollRepository(database);
    database.commit(() => polls.add({ id: 1, question: 'How many?', options, openedAtMs: Date.now() }));
    database.close();
  }

  #openDatabase(): Database {
    return Database.open({
      path: path.join(this.#data, databaseFile),
      onWarning: ({ message }) => {
        throw new Error(message);
      },
    });
  }

  async #postUntilKilled(server: OnionServer): Promise<void> {
    const target = 15 + Math.floor(this.#random() * 30);
    const ports = server.neighbour();
    for (const person of this.#people) person.moveTo(ports.entrance, ports.host);
    const staff = await logIn(server.neighbour(), this.#password);
    const acknowledged: Sent[] = [];
    let dead = false;
    const kill = async (): Promise<void> => {
      if (dead) return;
      dead = true;
      await new Promise((resolve) => setTimeout(resolve, this.#random() * 12));
      await server.program.kill();
      this.figures.kills += 1;
    };
    const isOver = (): boolean => dead && server.program.hasExited;
    const post = async (person: RawVisitor, name: number): Promise<void> => {
      for (let n = 1; !isOver(); n += 1) {
        const sent: Sent = { text: `round ${this.#round} poster ${name} message ${n}`, sentAtMs: performance.now() };
        const form = await attempt(() => person.get('/chat/form'));
        if (form === undefined) return;
        const { action, fields } = formIn(form.body);
        this.#sent.set(sent.text, sent);
        const answer = await attempt(() => person.post(action, { ...fields, message: sent.text, do: 'post' }));
        if (answer === undefined) return;
        if (answer.status !== 303) throw new Error(`not taken: ${answer.status} ${textOf(answer.body)}`);
        sent.ackedAtMs = performance.now();
        acknowledged.push(sent);
        if (acknowledged.length >= target) void kill();
      }
    };
    const people = this.#people.map((person, index) => post(person, index));
    await Promise.all([...people, this.#actAsStaff(server, staff, acknowledged, isOver), this.#vote(isOver)]);
    await kill();
  }

  /** Hides messages and bans their writer, somebody new each time, as fast as it is acknowledged. */
  async #actAsStaff(
    server: OnionServer,
    staff: RawVisitor,
    acknowledged: readonly Sent[],
    isOver: () => boolean,
  ): Promise<void> {
    for (let n = 1; !isOver(); n += 1) {
      const wanted = acknowledged.at(-1)?.text;
      const log = await attempt(() => staff.get('/chat/log'));
      if (log === undefined) return;
      const row = rowsOf(log.body).find(({ text }) => text === wanted);
      if (row !== undefined && wanted !== undefined && !(await this.#hide(staff, row.id, wanted))) return;
      if (n % 3 === 0 && !(await this.#ban(server, staff))) return;
    }
  }

  /** False: the server is gone. */
  async #hide(staff: RawVisitor, id: number, text: string): Promise<boolean> {
    if (this.#hidden.has(text)) return true;
    this.#perhapsHidden.add(text);
    const answer = await attempt(() => staff.fill('/staff', { do: `hide:${id}` }));
    if (answer === undefined) return false;
    if (answer.status !== 303) throw new Error(`not hidden: ${answer.status}`);
    this.#perhapsHidden.delete(text);
    this.#hidden.add(text);
    this.figures.hidden += 1;
    return true;
  }

  async #ban(server: OnionServer, staff: RawVisitor): Promise<boolean> {
    const victim = server.neighbour();
    const text = `round ${this.#round} victim ${randomBytes(4).toString('hex')}`;
    const sent: Sent = { text, sentAtMs: performance.now() };
    this.#sent.set(text, sent);
    const said = await attempt(() => victim.say(text));
    if (said === undefined) return false;
    sent.ackedAtMs = performance.now();
    const log = await attempt(() => staff.get('/chat/log'));
    const row = log === undefined ? undefined : rowsOf(log.body).find((one) => one.text === text);
    if (row === undefined) return false;
    const panel = await attempt(() => staff.get(`/chat/tools?m=${row.id}`));
    if (panel === undefined) return false;
    const { fields } = formIn(panel.body, '/chat/tools');
    const answer = await attempt(() => staff.post('/chat/tools', { ...fields, do: 'ban' }));
    if (answer === undefined) return false;
    if (answer.status !== 200) throw new Error(`not banned: ${answer.status}`);
    this.#banned.push(victim);
    this.figures.banned += 1;
    return true;
  }

  /** Everybody changes their mind again and again. */
  async #vote(isOver: () => boolean): Promise<void> {
    for (let n = 0; !isOver(); n += 1) {
      const person = this.#people[n % posters];
      const option = Math.floor(this.#random() * options.length);
      if (person === undefined) return;
      const form = await attempt(() => person.get('/chat/poll'));
      if (form === undefined) return;
      const { action, fields } = formIn(form.body);
      const before = this.#votes.get(person) ?? new Set();
      this.#votes.set(person, new Set([...before, option]));
      const answer = await attempt(() => person.post(action, { ...fields, option: String(option) }));
      if (answer === undefined) return;
      if (answer.status !== 200) throw new Error(`not counted: ${answer.status}`);
      this.#votes.set(person, new Set([option]));
      this.figures.votes += 1;
    }
  }

  /** Everything that was acknowledged is there, once, in order; so are what staff decided and how people voted. */
  async #look(server: OnionServer): Promise<void> {
    const staff = await logIn(server.neighbour(), this.#password);
    const rows = await allRows(staff);
    const sent = rows.map(({ text }) => this.#sent.get(text) ?? complain(`nobody sent ${JSON.stringify(text)}`));
    if (new Set(sent).size !== sent.length) complain('a message is there twice');
    const there = new Set(sent);
    const acknowledged = [...this.#sent.values()].filter(({ ackedAtMs }) => ackedAtMs !== undefined);
    for (const one of acknowledged) if (!there.has(one)) complain(`${one.text} was acknowledged and is gone`);
    checkOrder(sent);
    this.figures.acknowledged = acknowledged.length;
    this.figures.unanswered = this.#sent.size - acknowledged.length;
    this.figures.unansweredKept = sent.length - acknowledged.length;
    await this.#lookAtDecisions(server, rows);
  }

  async #lookAtDecisions(server: OnionServer, rows: readonly LogRow[]): Promise<void> {
    const public_ = await allRows(server.neighbour());
    const shown = new Set(public_.map(({ text }) => text));
    for (const { text } of rows) {
      if (this.#perhapsHidden.has(text)) continue;
      if (shown.has(text) === this.#hidden.has(text))
        complain(`${text} should ${shown.has(text) ? 'not ' : ''}be seen`);
    }
    const { entrance, host } = server.neighbour();
    for (const victim of this.#banned) {
      victim.moveTo(entrance, host);
      const { body } = await victim.get('/chat/form');
      if (!body.includes('rule-banned')) complain('somebody who was banned may write');
    }
    for (const [person, possible] of this.#votes) {
      person.moveTo(entrance, host);
      const { body } = await person.get('/chat/poll');
      const vote = Number(/value="(\d)" checked/.exec(body)?.[1] ?? -1);
      if (vote === -1 ? possible.size === 1 : !possible.has(vote))
        complain(`a vote is ${vote}, not ${[...possible].join()}`);
      if (vote !== -1) this.#votes.set(person, new Set([vote]));
    }
    for (const text of this.#perhapsHidden) if (!shown.has(text)) this.#hidden.add(text);
    this.#perhapsHidden.clear();
  }

  #checkIntegrity(): void {
    const database = this.#openDatabase();
    const result = database.prepare('PRAGMA integrity_check').get()?.['integrity_check'];
    database.close();
    if (result !== 'ok') complain(`the database: ${String(result)}`);
  }
}

/** What was acknowledged before something else was sent stands before it. */
function checkOrder(sent: readonly Sent[]): void {
  let latestSentAtMs = 0;
  for (const { text, sentAtMs, ackedAtMs } of sent) {
    if (ackedAtMs !== undefined && ackedAtMs < latestSentAtMs) complain(`${text} stands behind what was sent after it`);
    latestSentAtMs = Math.max(latestSentAtMs, sentAtMs);
  }
}

interface LogRow {
  readonly id: number;
  readonly text: string;
}

/** The whole log, oldest first, through its pages. */
async function allRows(reader: RawVisitor): Promise<readonly LogRow[]> {
  const rows: LogRow[] = [];
  let target = '/chat/log';
  for (;;) {
    const { body } = await reader.get(target);
    const page = rowsOf(body);
    rows.unshift(...page);
    const older = /\/chat\/log\?before=\d+/.exec(body)?.[0];
    if (older === undefined) return rows;
    target = older;
  }
}

function rowsOf(html: string): readonly LogRow[] {
  return [...html.matchAll(/<div class="row[^"]*" id="m(\d+)">.*?<bdi class="text">(.*?)<\/bdi>/gs)].map(
    ([, id, text]) => ({ id: Number(id), text: textOf(text ?? '') }),
  );
}

/** The answer, or nothing if the server is gone. */
async function attempt<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Error && /^(?:not one answer|not an answer|not in time)/.test(error.message)) return undefined;
    throw error;
  }
}

function complain(what: string): never {
  throw new Error(what);
}

const environment = { ONIONCAST_CHAT_KEEP_MESSAGES: '100000', ONIONCAST_CHAT_FLOOD_REPEAT: '0s' };
