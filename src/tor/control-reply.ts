/** One line of a reply; `data` is the block that followed a `+` line, lines joined by `\n`. */
export interface ReplyLine {
  readonly text: string;
  readonly data?: string;
}

/** A whole reply or, with a status from 600 on, an asynchronous event (control-spec, section 2.3). `status` is that of the last line. */
export interface ControlReply {
  readonly status: number;
  readonly lines: readonly [ReplyLine, ...ReplyLine[]];
}

/** Bounds of what is kept while a reply is incomplete. */
export interface ReplyLimits {
  readonly maxLineBytes: number;
  readonly maxReplyBytes: number;
}

/** Positional words and `KEY=value` pairs of a reply line, quoted values unescaped. */
export interface ReplyWords {
  readonly words: readonly string[];
  readonly values: ReadonlyMap<string, string>;
}

/** The other side does not speak tor's control protocol, or says more than we keep. */
export class ControlProtocolError extends Error {
  override readonly name = 'ControlProtocolError';
}

const defaultLimits: ReplyLimits = { maxLineBytes: 64 * 1024, maxReplyBytes: 8 * 1024 * 1024 };
const lineShape = /^([2-6]\d\d)([-+ ])(.*)$/s;
const lineEnd = Buffer.from('\r\n');

/** Turns the bytes of a control connection into replies, however they are split. After an error it must not be used again. */
export class ControlReplyParser {
  readonly #limits: ReplyLimits;
  #rest: Buffer = Buffer.alloc(0);
  #replyBytes = 0;
  #lines: ReplyLine[] = [];
  #isEvent = false;
  /** The text of a `+` line and the data lines read since; undefined outside of data. */
  #block: { readonly text: string; readonly data: string[] } | undefined;

  constructor(limits: ReplyLimits = defaultLimits) {
    this.#limits = limits;
  }

  /** Takes what arrived and returns the replies it completes. Throws `ControlProtocolError`. */
  push(bytes: Buffer): ControlReply[] {
    const replies: ControlReply[] = [];
    const all = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    let start = 0;
    for (let end = all.indexOf(lineEnd); end !== -1; end = all.indexOf(lineEnd, start)) {
      this.#count(end - start);
      const reply = this.#takeLine(all.toString('utf8', start, end));
      if (reply !== undefined) replies.push(reply);
      start = end + lineEnd.length;
    }
    this.#rest = all.subarray(start);
    // A lone CR may be the first half of the line end and does not count yet.
    if (this.#rest.length > this.#limits.maxLineBytes + 1) throw new ControlProtocolError('A line is too long.');
    return replies;
  }

  #count(lineBytes: number): void {
    if (lineBytes > this.#limits.maxLineBytes) throw new ControlProtocolError('A line is too long.');
    this.#replyBytes += lineBytes + lineEnd.length;
    if (this.#replyBytes > this.#limits.maxReplyBytes) throw new ControlProtocolError('A reply is too long.');
  }

  #takeLine(line: string): ControlReply | undefined {
    if (this.#block !== undefined) {
      this.#takeData(this.#block, line);
      return undefined;
    }
    const [, status = '', separator, text = ''] = lineShape.exec(line) ?? [];
    if (separator === undefined) throw new ControlProtocolError('A line does not begin with a status.');
    const isEvent = status.startsWith('6');
    if (this.#lines.length > 0 && isEvent !== this.#isEvent) {
      throw new ControlProtocolError('An event began inside a reply.');
    }
    this.#isEvent = isEvent;
    if (separator === '+') {
      this.#block = { text, data: [] };
      return undefined;
    }
    this.#lines.push({ text });
    return separator === ' ' ? this.#finish(Number(status)) : undefined;
  }

  #takeData(block: { readonly text: string; readonly data: string[] }, line: string): void {
    if (line === '.') {
      this.#lines.push({ text: block.text, data: block.data.join('\n') });
      this.#block = undefined;
      return;
    }
    block.data.push(line.startsWith('.') ? line.slice(1) : line);
  }

  #finish(status: number): ControlReply {
    const [first, ...others] = this.#lines;
    if (first === undefined) throw new ControlProtocolError('A reply is empty.');
    this.#lines = [];
    this.#replyBytes = 0;
    return { status, lines: [first, ...others] };
  }
}

const word = /(?:([A-Za-z][A-Za-z0-9_]*)=)?(?:"((?:[^"\\]|\\.)*)"|([^ ]*)) */gsy;

/** Splits a reply line into words and pairs. Total: a quote that never closes is taken as ordinary text. */
export function parseReplyWords(text: string): ReplyWords {
  const words: string[] = [];
  const values = new Map<string, string>();
  word.lastIndex = 0;
  while (word.lastIndex < text.length) {
    const [, key, quoted, bare = ''] = word.exec(text) ?? [];
    const value = quoted === undefined ? bare : unescapeQuoted(quoted);
    if (key !== undefined) values.set(key, value);
    else if (value !== '' || quoted !== undefined) words.push(value);
  }
  return { words, values };
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

/** Undoes the C escapes of control-spec section 2.1.1; octal escapes are bytes of UTF-8. */
function unescapeQuoted(text: string): string {
  if (!text.includes('\\')) return text;
  const parts = text.matchAll(/\\([0-3]?[0-7]{1,2})|\\(.)|([^\\]+)/gs);
  const bytes = [...parts].map(([, octal, escaped, plain]) => {
    if (octal !== undefined) return Buffer.from([Number.parseInt(octal, 8)]);
    return Buffer.from(plain ?? escapes[escaped ?? ''] ?? escaped ?? '');
  });
  return Buffer.concat(bytes).toString('utf8');
}
