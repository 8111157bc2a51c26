import type { Recorder } from '../../recording/recorder.ts';
import { bind } from './bind.ts';
import type { BoundOperation } from './control-server.ts';
import { operations } from './operations.ts';
import { ControlRefusal } from './refusals.ts';

/** What records; absent where nothing may be kept. */
export interface RecordingDeps {
  readonly recorder: Pick<Recorder, 'status' | 'turn'> | undefined;
}

/** Recording, by command. */
export function recordingOperations({ recorder }: RecordingDeps): readonly BoundOperation[] {
  const existing = () => {
    if (recorder === undefined) throw new ControlRefusal('keeps-nothing');
    return recorder;
  };
  const turn = async (isOn: boolean) => {
    await existing().turn(isOn);
    return existing().status;
  };
  return [
    bind(operations.recording, () => existing().status),
    bind(operations.startRecording, () => turn(true)),
    bind(operations.stopRecording, () => turn(false)),
  ];
}
