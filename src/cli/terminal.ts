import type { ServeEvent } from '../serve-event.ts';
import { circuitsSentence, isNewsOfCircuits } from './circuits-sentence.ts';
import { lineSentence } from './line-sentence.ts';

/** Where the terminal writes: `process.stdout`, or a test. */
export interface TerminalOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

type EventOf<Kind extends ServeEvent['kind']> = Extract<ServeEvent, { kind: Kind }>;

/** Width of the column of labels. */
const labelWidth = 18;

const torWords: Record<EventOf<'tor'>['state'], string> = {
  starting: 'starting',
  bootstrapping: 'connecting',
  publishing: 'publishing the address',
  online: 'online',
  restarting: 'gone, coming back',
  off: 'off',
};

/**
 * Shows a running server to a person: a panel with what is needed to watch and to broadcast, a line for tor that is redrawn in place on a
 * terminal, and a line for everything that happens after.
 */
export class Terminal {
  readonly #output: TerminalOutput;
  readonly #isColoured: boolean;
  readonly #now: () => Date;
  readonly #known = new Map<ServeEvent['kind'], ServeEvent>();
  #isReady = false;
  #isStopping = false;
  #shownAddress: string | undefined;
  #shownTor = '';
  readonly #shownInstances = new Map<number, string>();
  readonly #wasOnline = new Set<number>();
  #shownCircuits: EventOf<'circuits'> | undefined;
  #hasShownDesk = false;
  #shownTemporary: string | undefined;
  #hasShownPublisher = false;
  #shownStream = '';
  #hasProgressLine = false;

  constructor(output: TerminalOutput, { isColoured, now }: { readonly isColoured: boolean; readonly now: () => Date }) {
    this.#output = output;
    this.#isColoured = isColoured && output.isTTY === true;
    this.#now = now;
  }

  show(event: ServeEvent): void {
    // What goes down in good order is no news.
    if (this.#isStopping && event.kind !== 'warning') return;
    switch (event.kind) {
      case 'listening':
      case 'login':
      case 'ingest':
        this.#known.set(event.kind, event);
        break;
      case 'tor':
        this.#known.set(event.kind, event);
        this.#showTor(event);
        break;
      case 'tor-instance':
        this.#showInstance(event);
        break;
      case 'circuits':
        this.#known.set(event.kind, event);
        this.#showCircuits();
        break;
      case 'desk':
        this.#known.set(event.kind, event);
        this.#showDesk(event);
        break;
      case 'temporary':
        this.#known.set(event.kind, event);
        this.#showTemporary(event);
        break;
      case 'publisher':
        this.#known.set(event.kind, event);
        this.#showPublisher(event);
        break;
      case 'line':
      case 'sending':
        this.#line(`${this.#time()}${lineSentence(event)}`);
        break;
      case 'stream':
        this.#known.set(event.kind, event);
        if (this.#isReady) this.#showStream(event);
        break;
      case 'operator-torrc':
        this.#line('Add these lines to the torrc of your tor, then have it read them (systemctl reload tor):');
        for (const line of event.lines) this.#line(`  ${plain(line)}`);
        break;
      case 'note':
      case 'hint':
        this.#line(`${this.#time()}${plain(event.message)}`);
        break;
      case 'warning':
        this.#line(`${this.#paint('33', 'Warning:')} ${plain(event.message)} [${event.code}]`);
        if (event.todo !== undefined) this.#line(`  ${plain(event.todo)}`);
        break;
      case 'ready':
        this.#isReady = true;
        this.#showPanel();
        break;
    }
  }

  /** Says that stopping was heard. */
  showStopping(): void {
    this.#isStopping = true;
    this.clear();
    // Behind the ^C that the terminal has echoed.
    if (this.#output.isTTY === true) this.#output.write('\n');
    this.#line('Stopping ... (Ctrl-C again stops at once)');
  }

  /** Takes away the line that is redrawn in place, before something else writes to the terminal. */
  clear(): void {
    if (!this.#hasProgressLine) return;
    this.#output.write('\r\u001b[K');
    this.#hasProgressLine = false;
  }

  #showPanel(): void {
    // Before the first event there has been nothing to tell.
    this.#shownStream = streamSentence(this.#get('stream') ?? { kind: 'stream', state: 'offline', run: 0 });
    this.#line('');
    this.#line(this.#paint('1', `Onioncast is running. ${this.#shownStream}`));
    this.#line('');
    for (const [label, value] of this.#rows()) this.#row(label, value);
    this.#line('');
    this.#line(this.#paint('2', 'Ctrl-C stops it.'));
    const tor = this.#get('tor');
    if (tor !== undefined) this.#showTor(tor);
    const desk = this.#get('desk');
    if (desk !== undefined) this.#showDesk(desk);
    const temporary = this.#get('temporary');
    if (temporary !== undefined) this.#showTemporary(temporary);
    const publisher = this.#get('publisher');
    if (publisher !== undefined) this.#showPublisher(publisher);
  }

  *#rows(): Generator<[string, string]> {
    const listening = this.#get('listening');
    if (listening !== undefined) yield ['Watch here', listening.url];
    const address = this.#get('tor')?.address;
    if (address !== undefined && this.#get('tor')?.state === 'online') {
      this.#shownAddress = address;
      yield ['Onion address', address];
    }
    const login = this.#get('login');
    if (login !== undefined) {
      if (listening !== undefined) yield ['Broadcaster', `${listening.url}broadcaster`];
      yield ['  name', login.name];
      yield ['  password', login.password ?? 'shown at the first start; for a new one, stop this and run'];
      yield [
        '',
        login.password === undefined ? 'node bin/onioncast.cjs passwd' : 'Write it down: it is not shown again.',
      ];
    }
    const ingest = this.#get('ingest');
    if (ingest?.server !== undefined) yield ['OBS server', ingest.server];
    if (ingest !== undefined) yield ['OBS stream key', ingest.key];
    if (ingest?.pushUrl !== undefined) yield ['Or HTTP POST to', ingest.pushUrl];
  }

  #get<Kind extends ServeEvent['kind']>(kind: Kind): EventOf<Kind> | undefined {
    const event = this.#known.get(kind);
    return event !== undefined && isOfKind(event, kind) ? event : undefined;
  }

  #showStream(event: EventOf<'stream'>): void {
    const sentence = streamSentence(event);
    if (sentence !== this.#shownStream) this.#line(`${this.#time()}${sentence}`);
    this.#shownStream = sentence;
  }

  #showTor(event: EventOf<'tor'>): void {
    if (!this.#isReady && event.state === 'online') return; // The panel will say it.
    if (event.state === 'online') {
      this.#shownTor = '';
      this.clear();
      if (event.address !== undefined && event.address !== this.#shownAddress) {
        this.#shownAddress = event.address;
        this.#row('Onion address', event.address);
      }
      this.#showCircuits();
      return;
    }
    const progress = event.state === 'bootstrapping' ? ` ${Math.round(event.progress)} %` : '';
    const summary = event.summary === '' ? '' : ` (${plain(event.summary)})`;
    this.#progress(`tor: ${torWords[event.state]}${progress}${summary}`, event);
  }

  /** Of several tors: what is not as it was when all was well. */
  #showInstance({ number, state, isDraining, address }: EventOf<'tor-instance'>): void {
    const words = `tor ${number}: ${torWords[state]}${isDraining ? ', takes no newcomers' : ''}`;
    if (words === (this.#shownInstances.get(number) ?? `tor ${number}: ${torWords.starting}`)) return;
    this.#shownInstances.set(number, words);
    // On the way to its first time online, the line of the public address says enough.
    if (state === 'online' || this.#wasOnline.has(number)) this.#line(`${this.#time()}${words}`);
    if (state !== 'online' || this.#wasOnline.has(number)) return;
    this.#wasOnline.add(number);
    if (number > 1 && address !== undefined) this.#row('Also at', `http://${address}/`);
  }

  /** While tor is online: on a terminal below everything else, elsewhere when it is news. */
  #showCircuits(): void {
    const circuits = this.#get('circuits');
    if (!this.#isReady || circuits === undefined || this.#get('tor')?.state !== 'online') return;
    if (this.#output.isTTY === true) return this.#redraw(circuitsSentence(circuits));
    if (!isNewsOfCircuits(circuits, this.#shownCircuits)) return;
    this.#shownCircuits = circuits;
    this.#line(`${this.#time()}${circuitsSentence(circuits)}`);
  }

  /** The way to it is for the broadcaster alone: told once, when its key is made. */
  #showDesk({ state, address, clientKey }: EventOf<'desk'>): void {
    if (!this.#isReady || state !== 'online' || this.#hasShownDesk) return;
    this.#hasShownDesk = true;
    if (address === undefined || clientKey === undefined) {
      this.#row('Your own onion', 'online; what opens it: node bin/onioncast.cjs desk');
      return;
    }
    this.#row('Your own onion', address);
    this.#row('  its key', clientKey);
    this.#row('', 'Both are shown again by: node bin/onioncast.cjs desk');
  }

  #showTemporary({ state, address }: EventOf<'temporary'>): void {
    if (!this.#isReady || state !== 'online' || address === undefined || address === this.#shownTemporary) return;
    this.#shownTemporary = address;
    this.#row('For this run', address);
  }

  /** As the desk: the key is told once, when it is made. */
  #showPublisher({ state, address, clientKey }: EventOf<'publisher'>): void {
    if (!this.#isReady || state !== 'online' || this.#hasShownPublisher) return;
    this.#hasShownPublisher = true;
    if (address !== undefined && clientKey !== undefined) {
      this.#row('For the publisher', address);
      this.#row('  its key', clientKey);
    }
    this.#row('Publisher', 'address and key are shown by: node bin/onioncast.cjs publisher');
  }

  /** On a terminal the line is drawn over; elsewhere it is written anew when a quarter more is done, or the state changes. */
  #progress(text: string, { state, progress }: EventOf<'tor'>): void {
    if (this.#output.isTTY === true) return this.#redraw(text);
    const step = `${state} ${Math.floor(progress / 25)}`;
    if (step !== this.#shownTor) this.#line(text);
    this.#shownTor = step;
  }

  #redraw(text: string): void {
    this.#output.write(`\r\u001b[K${text.slice(0, this.#columns() - 1)}`);
    this.#hasProgressLine = true;
  }

  #row(label: string, value: string): void {
    const fits = labelWidth + 2 + value.length <= this.#columns();
    const name = this.#paint('2', label.padEnd(fits ? labelWidth : 0));
    this.#line(fits ? `  ${name}${this.#paint('1', plain(value))}` : `  ${name}\n  ${this.#paint('1', plain(value))}`);
  }

  #line(text: string): void {
    const progress = this.#hasProgressLine;
    this.clear();
    this.#output.write(`${text}\n`);
    const tor = this.#get('tor');
    if (progress && tor !== undefined) this.#showTor(tor);
  }

  #time(): string {
    const now = this.#now();
    const [hours, minutes] = [now.getHours(), now.getMinutes()].map((part) => String(part).padStart(2, '0'));
    return this.#paint('2', `${hours}:${minutes} `);
  }

  #paint(style: string, text: string): string {
    return this.#isColoured ? `\u001b[${style}m${text}\u001b[0m` : text;
  }

  #columns(): number {
    return this.#output.columns || 80; // 0 where a terminal does not tell.
  }
}

function isOfKind<Kind extends ServeEvent['kind']>(event: ServeEvent, kind: Kind): event is EventOf<Kind> {
  return event.kind === kind;
}

/** What is on air, for a person. */
const sourceWords: Readonly<Record<string, string>> = {
  test: 'the test card',
  screen: 'this screen',
  file: 'the file',
  directory: 'the directory',
  rtmp: 'a publisher over RTMP',
  push: 'a publisher over HTTP',
  line: 'a publisher elsewhere, over Tor',
};

function streamSentence({ state, source }: EventOf<'stream'>): string {
  const what = source === undefined ? '' : ` (${sourceWords[source] ?? plain(source)})`;
  const sentences = {
    offline: 'Nothing is on air.',
    starting: `The stream is starting${what}.`,
    live: `On air${what}.`,
    interrupted: 'The picture has stopped and is expected back.',
    ended: 'The broadcast is over.',
  };
  return sentences[state];
}

/** Text of other programs without what a terminal would obey. */
function plain(text: string): string {
  return text.replace(/\p{Cc}/gu, ' ');
}
