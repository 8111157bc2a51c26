/** What a check has found. `todo` says what helps, for everything that is not fine. */
export interface Finding {
  readonly level: 'ok' | 'warn' | 'fail';
  readonly what: string;
  readonly found: string;
  readonly todo?: string;
}

/** A finding that all is well. */
export function ok(what: string, found: string): Finding {
  return { level: 'ok', what, found };
}

/** A finding that something will work less well, or not always. */
export function warn(what: string, found: string, todo: string): Finding {
  return { level: 'warn', what, found, todo };
}

/** A finding that keeps Onioncast from broadcasting. */
export function fail(what: string, found: string, todo: string): Finding {
  return { level: 'fail', what, found, todo };
}
