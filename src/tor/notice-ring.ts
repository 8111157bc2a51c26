const maxNotices = 100;
const maxNoticeLength = 400;
const maxLineLength = 4096;

/** How a child process came to its end. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: string | null;
}

/**
 * The last notices of tor, for a person who looks for a fault. Bounded in number and length; onion addresses and internet addresses are
 * taken out, whatever tor was told about safe logging.
 */
export class NoticeRing {
  #notices: string[] = [];
  #rest = '';

  /** The notices kept, oldest first. */
  get notices(): readonly string[] {
    return this.#notices;
  }

  /** Takes what tor printed, split anywhere. */
  push(text: string): void {
    const lines = `${this.#rest}${text}`.split('\n');
    this.#rest = (lines.pop() ?? '').slice(0, maxLineLength);
    // Cleaned before it is cut: half an address would no longer be known for one.
    const cleaned = lines.map((line) => cleanNotice(line.trimEnd()).slice(0, maxNoticeLength));
    this.#notices = [...this.#notices, ...cleaned].slice(-maxNotices);
  }
}

/** Takes out of a text what tells of a service or a person: onion addresses, IPv4 and IPv6 addresses. */
export function cleanNotice(text: string): string {
  return text
    .replace(/[a-z2-7]{56}/gi, '[onion]')
    .replace(/\b\d{1,3}(?:\.\d{1,3}){3}(?![.\d])/g, (match, offset: number) =>
      // A tor release looks like an address and is worth keeping.
      /\bTor (?:version )?$/i.test(text.slice(0, offset)) ? match : '[address]',
    )
    .replace(/(?:\b[0-9a-f]{1,4}:|::)(?:[0-9a-f]{0,4}:)+[0-9a-f]{0,4}/gi, (match) =>
      /^\d\d:\d\d:\d\d$/.test(match) ? match : '[address]',
    );
}

/** What to say when two tors meet in one data directory. */
export const anotherTorMessage =
  'Another tor already uses this data directory. End it, or give each its own directory.';

/** One sentence on why tor ended, from how it ended and its last notices. */
export function explainExit(exit: ProcessExit, notices: readonly string[]): string {
  const all = notices.join('\n');
  if (/another Tor process is running with the same data directory|No, it's still there/.test(all)) {
    return anotherTorMessage;
  }
  if (/Address already in use|Could not bind/.test(all))
    return 'tor could not listen: something else uses the address.';
  if (/No space left on device/.test(all)) return 'tor could not write: the disk is full.';
  if (exit.signal !== null) return `tor was ended by ${exit.signal}.`;
  const complaint = lastComplaint(notices);
  return `tor ended with code ${exit.code}${complaint === undefined ? '.' : `: ${complaint}`}`;
}

/** The last warning or error in what tor said, without time and level. */
export function lastComplaint(notices: readonly string[]): string | undefined {
  const line = notices.findLast((notice) => /\[(?:err|warn)\]/.test(notice) && !notice.includes('see warnings above'));
  return line?.replace(/^.*?\[\w+\] /, '');
}
