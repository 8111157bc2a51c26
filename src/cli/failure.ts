import { AppError, type ErrorCode } from '../errors.ts';

/** How the program ends, for scripts and supervisors. */
export const exitCodes = { stopped: 0, fault: 1, usage: 2, unusable: 3, interrupted: 130 } as const;

/** Advice that helps with every failure of this kind; the message itself says what is special about this one. */
const advice: Partial<Record<ErrorCode, string>> = {
  CONFIG_INVALID: 'onioncast config prints every setting with its default.',
  TOOL_MISSING: 'onioncast doctor checks them all.',
  SOURCE_UNUSABLE: 'Choose another one with --source.',
};

const unusable: readonly ErrorCode[] = [
  'DATA_DIRECTORY',
  'LISTEN_FAILED',
  'TOOL_MISSING',
  'SOURCE_UNUSABLE',
  'CONTROL_UNREACHABLE',
  'KEY_REFUSED',
  'BACKUP_UNUSABLE',
];

/** What a failure is to a person: a sentence, what to do and its code. `withTrace` adds where it happened. */
export function explainFailure(
  error: unknown,
  { withTrace }: { readonly withTrace: boolean },
): { readonly text: string; readonly exitCode: number } {
  const trace = withTrace && error instanceof Error ? `\n${error.stack ?? ''}` : '';
  if (!(error instanceof AppError)) {
    const todo = withTrace ? '' : ' With ONIONCAST_DEBUG=1 it shows where.';
    return { text: `Onioncast met a fault of its own and stops. [INTERNAL]${todo}${trace}`, exitCode: exitCodes.fault };
  }
  const todo = advice[error.code];
  const text = `${error.message}${todo === undefined ? '' : `\n${todo}`} [${error.code}]${trace}`;
  return { text, exitCode: exitCodeOf(error.code) };
}

function exitCodeOf(code: ErrorCode): number {
  if (code === 'CONFIG_INVALID') return exitCodes.usage;
  return unusable.includes(code) ? exitCodes.unusable : exitCodes.fault;
}
