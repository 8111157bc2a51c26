/** A value somebody has set, and where. */
export interface Given {
  /** The setting's name in the file. */
  readonly name: string;
  readonly value: unknown;
  /** For messages: `onioncast.toml line 12`, `ONIONCAST_TITLE`, `--listen`. */
  readonly origin: string;
  /** As `origin`, for one item of a list of tables, counted from 0. */
  readonly itemOrigin?: (index: number) => string;
  /** The directory from which relative paths are seen. */
  readonly base: string;
}

/** What a reader of settings has found: values of settings that exist, and a sentence for everything else. */
export interface Findings {
  readonly given: readonly Given[];
  readonly problems: readonly string[];
}

/** A foreign text within one line of a message: no control characters (a terminal would obey them), not endless. */
export function shown(text: string): string {
  const short = text.length > 60 ? `${text.slice(0, 60)}...` : text;
  return JSON.stringify(short).replace(/[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '?');
}
