import type { OperationOutput } from '../http/control/operations.ts';
import { clockText, sizeText } from '../views/time-text.ts';
import type { ControlFlags } from './control/ask.ts';
import { type Commands, controlCommand, run } from './control/control-command.ts';

/** Commands about recording. */
export function addRecordCommands(commands: Commands): void {
  const record = commands.program.command('record').description('record what is broadcast, or stop recording it');
  controlCommand(
    record,
    'status',
    'show whether it is being recorded',
    ['record', 'record status --json'],
    true,
  ).action((flags: ControlFlags) => run(commands, 'recording', {}, flags, tellRecording));
  const acts = [
    ['start', 'startRecording', 'record from the next keyframe on'],
    ['stop', 'stopRecording', 'end the recording with what it has'],
  ] as const;
  for (const [name, operation, what] of acts) {
    controlCommand(record, name, what, [`record ${name}`]).action((flags: ControlFlags) =>
      run(commands, operation, {}, flags, tellRecording),
    );
  }
}

const reasons = {
  full: 'the disk is nearly full (recording.keep_free)',
  limit: 'recordings take as much as they may (recording.max_size)',
  slow: 'the disk does not keep up',
  failed: 'the disk refuses to write',
} as const;

function tellRecording({ isOn, isRecording, seconds, bytes, stopped }: OperationOutput<'recording'>): string {
  if (isRecording) return `Being recorded: ${clockText(Math.round(seconds))}, ${sizeText(bytes, { lang: 'en' })}.\n`;
  if (stopped !== undefined) return `Recording has stopped: ${reasons[stopped]}. It begins again by itself.\n`;
  return isOn
    ? 'Recording begins with the next picture of a broadcast.\n'
    : 'Nothing is being recorded. To change that: onioncast record start\n';
}
