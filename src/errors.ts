/**
 * Every error a person can meet, declared once: a stable code, the HTTP status, the sentence that is safe to show, and how loudly it is logged.
 * Codes are never reused; a retired one moves to `retiredCodes`.
 */
export const errorCatalogue = {
  BAD_REQUEST: { status: 400, text: 'The request could not be understood.', level: 'debug' },
  FORBIDDEN: { status: 403, text: 'This is not allowed.', level: 'debug' },
  LOGIN_NEEDED: { status: 403, text: 'This is for the broadcaster: log in first.', level: 'debug' },
  FORM_EXPIRED: { status: 403, text: 'This form was too old. Open its page again.', level: 'debug' },
  STAFF_ONLY: { status: 403, text: 'This is for moderators and the broadcaster.', level: 'debug' },
  NOT_FOUND: { status: 404, text: 'There is nothing at this address.', level: 'debug' },
  METHOD_NOT_ALLOWED: { status: 405, text: 'This address does not accept that kind of request.', level: 'debug' },
  BODY_TOO_LARGE: { status: 413, text: 'That is more than this server accepts.', level: 'debug' },
  UNSUPPORTED_TYPE: { status: 415, text: 'This kind of content is not accepted here.', level: 'debug' },
  RANGE_NOT_SATISFIABLE: { status: 416, text: 'There is nothing at this place of it.', level: 'debug' },
  TOO_MANY: { status: 429, text: 'Too many requests. Wait a moment and try again.', level: 'debug' },
  INTERNAL: { status: 500, text: 'Something went wrong on this server.', level: 'error' },
  OFFLINE: { status: 503, text: 'There is no stream at the moment.', level: 'debug' },
  OVERLOADED: { status: 503, text: 'The server is full. Try again in a moment.', level: 'warn' },
  CONFIG_INVALID: { status: 500, text: 'The configuration is not valid.', level: 'error' },
  DATA_DIRECTORY: { status: 500, text: 'The data directory cannot be used.', level: 'error' },
  LISTEN_FAILED: { status: 500, text: 'The address to listen on cannot be used.', level: 'error' },
  TOOL_MISSING: { status: 500, text: 'A program that Onioncast needs is not installed.', level: 'error' },
  SOURCE_UNUSABLE: { status: 500, text: 'The source cannot be broadcast.', level: 'error' },
  MEDIA_MALFORMED: { status: 500, text: 'The media could not be read.', level: 'warn' },
  MEDIA_METADATA: { status: 500, text: 'The stream was stopped.', level: 'error' },
  CONTROL_UNREACHABLE: { status: 503, text: 'No server is running that could be controlled.', level: 'warn' },
  CONTROL_REFUSED: { status: 409, text: 'The server refused it.', level: 'warn' },
  RECORDING_STOPPED: { status: 507, text: 'The recording has stopped.', level: 'warn' },
  KEY_REFUSED: { status: 409, text: 'This key cannot be used.', level: 'warn' },
  BACKUP_UNUSABLE: { status: 500, text: 'The backup cannot be used.', level: 'warn' },
  INGEST_REFUSED: { status: 403, text: 'The publisher was refused.', level: 'warn' },
} as const satisfies Record<string, { status: number; text: string; level: 'debug' | 'warn' | 'error' }>;

/** Codes that were once in the catalogue and must not come back with another meaning. */
export const retiredCodes: readonly string[] = [];

/** A stable name of an error, as shown to people and matched by programs. */
export type ErrorCode = keyof typeof errorCatalogue;

/**
 * A failure that reaches a person. `message` is for the operator (terminal, log) and may say what to do;
 * visitors only ever see `publicText`.
 */
export class AppError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message?: string, options?: ErrorOptions) {
    super(message ?? errorCatalogue[code].text, options);
    this.name = 'AppError';
    this.code = code;
  }

  get status(): number {
    return errorCatalogue[this.code].status;
  }

  get publicText(): string {
    return errorCatalogue[this.code].text;
  }
}
